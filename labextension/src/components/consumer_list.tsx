import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { Consumer } from '../tokens';
import { isoDate } from './iso_date';

interface ConsumerListProps {
  readonly consumers: readonly Consumer[];
  readonly trans: TranslationBundle;
}

/** Who reads the view: declared consumers, and people seen reading. */
export function ConsumerList({ consumers, trans }: ConsumerListProps): React.JSX.Element {
  if (consumers.length === 0) {
    return <p>{trans.__('Nobody is known to read it.')}</p>;
  }
  return (
    <ul className="jf-Items jf-mod-close">
      {consumers.map(consumer => (
        <li key={`${consumer.kind} ${consumer.name} ${consumer.version}`} className="jf-Consumer">
          <span className="jf-Name">{consumer.name}</span>
          <span className="jf-Chip">{consumer.kind}</span>
          <span className="jf-Note">{readingOf(consumer, trans)}</span>
        </li>
      ))}
    </ul>
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
