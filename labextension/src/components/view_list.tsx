import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { ViewSummary } from '../tokens';
import { Badge } from './badge';
import { Breakable } from './breakable';

export const LIST_ID = 'jf-view-list';

interface ViewListProps {
  readonly views: readonly ViewSummary[];
  readonly lastOpened: string | null;
  readonly trans: TranslationBundle;
  readonly onOpen: (name: string) => void;
}

/** The feature views as one stop of the Tab key: arrows choose, Enter opens. */
export function ViewList({ views, lastOpened, trans, onOpen }: ViewListProps): React.JSX.Element {
  const list = React.useRef<HTMLDivElement>(null);
  const [chosen, setChosen] = React.useState(lastOpened);
  const index = Math.max(
    0,
    views.findIndex(view => view.name === chosen)
  );

  React.useEffect(() => {
    if (lastOpened !== null) {
      list.current?.focus();
    }
  }, [lastOpened]);
  React.useEffect(() => {
    list.current?.querySelector(`#${optionId(index)}`)?.scrollIntoView?.({ block: 'nearest' });
  }, [index]);

  const onKeyDown = (event: React.KeyboardEvent): void => {
    const target = event.key === 'Enter' || event.key === ' ' ? index : step(event.key, index, views.length);
    const view = target === null ? undefined : views[target];
    if (view !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      setChosen(view.name);
      if (target === index && !(event.key in STEPS)) {
        onOpen(view.name);
      }
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
          onOpen={() => onOpen(view.name)}
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
  readonly onOpen: () => void;
}

function ViewOption({ id, view, isChosen, trans, onOpen }: ViewOptionProps): React.JSX.Element {
  const readers = view.reads ? [trans._n('%1 reader', '%1 readers', view.reads)] : [];
  const facts = [view.entity, view.owner, ...readers, ...view.tags.map(tag => `#${tag}`)];
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list itself takes the keys, as a listbox does
    <div id={id} className="jf-Option" role="option" tabIndex={-1} aria-selected={isChosen} onClick={onOpen}>
      <div className="jf-Option-head">
        <span className="jf-Name">
          <Breakable text={view.name} />
        </span>
        <span className="jf-Chips">
          {view.state !== 'published' && <Badge state={view.state} trans={trans} />}
          <span className="jf-Chip">v{view.version}</span>
        </span>
      </div>
      <div className="jf-Option-text">{view.description}</div>
      <div className="jf-Option-facts">{facts.join(' · ')}</div>
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
