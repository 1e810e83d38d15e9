import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { Facets, Filters, Usage } from '../tokens';
import { LIST_ID } from './view_list';

interface FilterBarProps {
  readonly filters: Filters;
  readonly facets: Facets;
  /** Whether anything was read lately; otherwise there is nothing to choose by usage. */
  readonly hasReads: boolean;
  readonly trans: TranslationBundle;
  readonly onChange: (change: Partial<Filters>) => void;
}

/** The search box and the choices below it. */
export function FilterBar({ filters, facets, hasReads, trans, onChange }: FilterBarProps): React.JSX.Element {
  const any = trans.__('any');
  return (
    // biome-ignore lint/a11y/useSemanticElements: React 18 does not know the element 'search'
    <div role="search" className="jf-Filters">
      <input
        data-jf-first
        type="search"
        className="jf-Search"
        value={filters.query}
        placeholder={trans.__('Search names, columns, SQL …')}
        aria-label={trans.__('Search features')}
        onChange={event => onChange({ query: event.target.value })}
        onKeyDown={moveIntoList}
      />
      <Choice
        label={trans.__('Entity')}
        any={any}
        value={filters.entity}
        values={facets.entities}
        onChange={entity => onChange({ entity })}
      />
      <Choice
        label={trans.__('Owner')}
        any={any}
        value={filters.owner}
        values={facets.owners}
        onChange={owner => onChange({ owner })}
      />
      <Choice
        label={trans.__('Tag')}
        any={any}
        value={filters.tag}
        values={facets.tags}
        onChange={tag => onChange({ tag })}
      />
      <Choice
        label={trans.__('State')}
        any={any}
        value={filters.state}
        values={facets.states}
        onChange={state => onChange({ state })}
      />
      <Choice
        label={trans.__('Source')}
        any={any}
        value={filters.source}
        values={facets.sources}
        onChange={source => onChange({ source })}
      />
      {(facets.consumers.length > 0 || filters.consumer !== '') && (
        <Choice
          label={trans.__('Read by')}
          any={any}
          value={filters.consumer}
          values={facets.consumers}
          onChange={consumer => onChange({ consumer })}
        />
      )}
      {(hasReads || filters.usage !== '') && (
        <label className="jf-Choice">
          {trans.__('Usage')}
          <select value={filters.usage} onChange={event => onChange({ usage: usageOf(event.target.value) })}>
            <option value="">{any}</option>
            <option value="read">{trans.__('read lately')}</option>
            <option value="unread">{trans.__('not read lately')}</option>
          </select>
        </label>
      )}
    </div>
  );
}

function usageOf(value: string): Usage {
  return value === 'read' || value === 'unread' ? value : '';
}

interface ChoiceProps {
  readonly label: string;
  readonly any: string;
  readonly value: string;
  readonly values: readonly string[];
  readonly onChange: (value: string) => void;
}

function Choice({ label, any, value, values, onChange }: ChoiceProps): React.JSX.Element {
  // A chosen value stays in sight even when the project at hand does not have it.
  const shown = value === '' || values.includes(value) ? values : [value, ...values];
  return (
    <label className="jf-Choice">
      {label}
      <select value={value} onChange={event => onChange(event.target.value)}>
        <option value="">{any}</option>
        {shown.map(item => (
          <option key={item} value={item}>
            {item}
          </option>
        ))}
      </select>
    </label>
  );
}

function moveIntoList(event: React.KeyboardEvent<HTMLInputElement>): void {
  if (event.key === 'ArrowDown') {
    event.preventDefault();
    event.currentTarget.ownerDocument.getElementById(LIST_ID)?.focus();
  }
}
