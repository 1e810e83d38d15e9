import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { SidebarModel } from '../model';
import type { ViewSummary } from '../tokens';
import { Badge } from './badge';
import { Breakable } from './breakable';
import type { OnDrag } from './sidebar';
import { useFocus } from './use_focus';

export const LIST_ID = 'jf-view-list';

interface ViewListProps {
  readonly model: SidebarModel;
  readonly views: readonly ViewSummary[];
  readonly trans: TranslationBundle;
  readonly onDrag: OnDrag;
}

/** The feature views as one stop of the Tab key: arrows choose, Enter opens, the pointer drags into a notebook. */
export function ViewList({ model, views, trans, onDrag }: ViewListProps): React.JSX.Element {
  const list = React.useRef<HTMLDivElement>(null);
  const { chosen, filters } = model.views;
  const index = Math.max(
    0,
    views.findIndex(view => view.name === chosen)
  );
  useFocus(model, 'list', list);
  // What other filters leave is read from its beginning, and again when the answer to them is there.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the filters are why, not with what
  React.useEffect(() => {
    if (chosen === null && list.current !== null) {
      list.current.scrollTop = 0;
    }
  }, [filters]);
  React.useEffect(() => {
    if (chosen !== null) {
      list.current?.querySelector(`#${optionId(index)}`)?.scrollIntoView?.({ block: 'nearest' });
    }
  }, [chosen, index]);

  const onKeyDown = (event: React.KeyboardEvent): void => {
    const isOpening = event.key === 'Enter' || event.key === ' ';
    const view = views[isOpening ? index : (step(event.key, index, views.length) ?? -1)];
    if (view === undefined) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (isOpening) {
      void model.open(view.name);
    } else {
      model.views.choose(view.name);
    }
  };
  return (
    <div
      id={LIST_ID}
      ref={list}
      className="jf-List"
      role="listbox"
      tabIndex={0}
      aria-label={trans.__('Published feature views')}
      aria-busy={model.views.isListing}
      aria-activedescendant={optionId(index)}
      onKeyDown={onKeyDown}
    >
      {views.map((view, position) => (
        <ViewOption
          key={view.name}
          id={optionId(position)}
          view={view}
          isChosen={position === index}
          trans={trans}
          onDrag={onDrag}
          onOpen={() => void model.open(view.name)}
        />
      ))}
    </div>
  );
}

interface ViewOptionProps {
  readonly id: string;
  readonly view: ViewSummary;
  readonly isChosen: boolean;
  readonly trans: TranslationBundle;
  readonly onDrag: OnDrag;
  readonly onOpen: () => void;
}

function ViewOption({ id, view, isChosen, trans, onDrag, onOpen }: ViewOptionProps): React.JSX.Element {
  const readers = view.reads ? [trans._n('%1 reader', '%1 readers', view.reads)] : [];
  const facts = [view.entity, view.owner, ...readers, ...view.tags.map(tag => `#${tag}`)];
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list itself takes the keys, as a listbox does
    <div
      id={id}
      className="jf-Option"
      role="option"
      tabIndex={-1}
      aria-selected={isChosen}
      onPointerDown={event => onDrag(event, view.name, null)}
      onClick={onOpen}
    >
      <div className="jf-Option-head">
        <span className="jf-Name">
          <Breakable text={view.name} />
        </span>
        <span className="jf-Chips">
          {view.state !== 'published' && <Badge state={view.state} trans={trans} />}
          <span className="jf-Chip">v{view.version}</span>
        </span>
      </div>
      <div className="jf-Option-text" dir="auto">
        {view.description}
      </div>
      <div className="jf-Option-facts">
        {facts.map((fact, position) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the facts have no other identity
          <React.Fragment key={position}>
            {position > 0 && ' · '}
            <bdi>{fact}</bdi>
          </React.Fragment>
        ))}
      </div>
    </div>
  );
}

const STEPS: Readonly<Record<string, (index: number, count: number) => number>> = {
  ArrowDown: (index, count) => Math.min(index + 1, count - 1),
  ArrowUp: index => Math.max(index - 1, 0),
  Home: () => 0,
  End: (_, count) => count - 1
};

function step(key: string, index: number, count: number): number | null {
  return STEPS[key]?.(index, count) ?? null;
}

function optionId(index: number): string {
  return `jf-view-${index}`;
}
