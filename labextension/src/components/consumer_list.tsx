import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { StepModel } from '../step_model';
import type { Consumer } from '../tokens';
import { isoDate } from './iso_date';
import { TellingBox } from './telling_box';

interface ConsumerListProps {
  readonly consumers: readonly Consumer[];
  readonly trans: TranslationBundle;
  /** The step before which some of them must be told. */
  readonly telling?: StepModel;
}

/** Who reads the view: declared consumers, and people seen reading. */
export function ConsumerList({ consumers, trans, telling }: ConsumerListProps): React.JSX.Element {
  const toTell = telling?.toAcknowledge ?? [];
  const unlisted = toTell.filter(name => !consumers.some(consumer => consumer.name === name));
  if (consumers.length === 0 && unlisted.length === 0) {
    return <p>{trans.__('Nobody is known to read it.')}</p>;
  }
  const nameOf = (name: string): React.JSX.Element =>
    telling !== undefined && toTell.includes(name) ? (
      <TellingBox step={telling} name={name} trans={trans} />
    ) : (
      <bdi className="jf-Name">{name}</bdi>
    );
  return (
    <>
      {toTell.length > 0 && (
        <p className="jf-Note">{trans.__('This breaks what they read. Tick those whose owners you have told:')}</p>
      )}
      <ul className="jf-Items jf-mod-close">
        {consumers.map(consumer => (
          <li key={`${consumer.kind} ${consumer.name} ${consumer.version}`} className="jf-Consumer">
            {nameOf(consumer.name)}
            <span className="jf-Chip">{consumer.kind}</span>
            <bdi className="jf-Note">{readingOf(consumer, trans)}</bdi>
          </li>
        ))}
        {unlisted.map(name => (
          <li key={name} className="jf-Consumer">
            {nameOf(name)}
          </li>
        ))}
      </ul>
    </>
  );
}

function readingOf(consumer: Consumer, trans: TranslationBundle): string {
  const version = consumer.isPinned
    ? trans.__('pinned to version %1', consumer.version)
    : trans.__('version %1', consumer.version);
  if (consumer.lastAt !== null) {
    return trans.__('%1, last read on %2', version, isoDate(consumer.lastAt));
  }
  return trans.__('%1, of %2', version, consumer.owner);
}
