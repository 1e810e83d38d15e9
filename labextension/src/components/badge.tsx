import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { CellStateName, State } from '../tokens';
import { stateName } from './words';

type Tone = 'ok' | 'info' | 'warning' | 'failed' | 'plain';

const TONES: Record<State | CellStateName, Tone> = {
  published: 'plain',
  certified: 'ok',
  deprecated: 'warning',
  retired: 'failed',
  yanked: 'failed',
  new: 'info',
  unchanged: 'ok',
  changed: 'warning',
  'version gone': 'failed',
  broken: 'failed'
};

/** A state as a word in its colour. */
export function Badge(props: {
  readonly state: State | CellStateName;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { state, trans } = props;
  return <span className={`jf-Chip jf-mod-${TONES[state]}`}>{stateName(state, trans)}</span>;
}
