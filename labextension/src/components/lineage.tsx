import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { curve, EDGES_WIDTH, type Lineage as LineageLayout, layOut } from '../lineage_layout';
import type { Feature } from '../tokens';
import { Breakable } from './breakable';
import { CutName } from './cut_name';

/** A drawing of more rows is folded: it would push everything else out of sight. */
const MANY_ROWS = 12;

interface LineageProps {
  readonly features: readonly Feature[];
  readonly trans: TranslationBundle;
  /** Finds the views that read a column. */
  readonly onFind: (column: string) => void;
}

/** From source columns to features: solid where values flow, dashed where rows are decided; the same as a table. */
export function Lineage({ features, trans, onFind }: LineageProps): React.JSX.Element {
  const lineage = layOut(features);
  if (lineage.edges.length === 0) {
    return <p>{trans.__('No source column leads to these features.')}</p>;
  }
  const rows = Math.max(lineage.origins.length, lineage.features.length);
  return (
    <div className="jf-Lineage">
      <details className="jf-Fold" open={rows <= MANY_ROWS}>
        <summary>{trans.__('Drawing')}</summary>
        <Drawing lineage={lineage} trans={trans} />
      </details>
      <LineageTable features={features} trans={trans} onFind={onFind} />
    </div>
  );
}

function Drawing(props: { readonly lineage: LineageLayout; readonly trans: TranslationBundle }): React.JSX.Element {
  const { lineage, trans } = props;
  return (
    <>
      <div className="jf-Lineage-drawing" role="img" aria-label={trans.__('Lineage; the table below tells the same')}>
        <div className="jf-Lineage-names jf-mod-from">
          {lineage.origins.map(origin => (
            <div key={origin.name} title={origin.name} className={origin.isSource ? 'jf-mod-source' : 'jf-mod-column'}>
              <CutName text={origin.label} />
            </div>
          ))}
        </div>
        <svg
          aria-hidden="true"
          focusable="false"
          width={EDGES_WIDTH}
          height={lineage.height}
          viewBox={`0 0 ${EDGES_WIDTH} ${lineage.height}`}
        >
          {lineage.edges.map(edge => (
            <path
              key={`${edge.kind} ${edge.from} ${edge.to}`}
              className={`jf-Edge jf-mod-${edge.kind}`}
              d={curve(edge)}
            />
          ))}
        </svg>
        <div className="jf-Lineage-names jf-mod-to">
          {lineage.features.map(name => (
            <div key={name} title={name}>
              <CutName text={name} />
            </div>
          ))}
        </div>
      </div>
      <p className="jf-Legend" aria-hidden="true">
        <LegendLine kind="value" /> {trans.__('gives values')} <LegendLine kind="row" />{' '}
        {trans.__('decides which rows count')}
      </p>
    </>
  );
}

function LegendLine({ kind }: { readonly kind: 'value' | 'row' }): React.JSX.Element {
  return (
    <svg aria-hidden="true" focusable="false" width="22" height="8" viewBox="0 0 22 8">
      <path className={`jf-Edge jf-mod-${kind}`} d="M 0 4 L 22 4" />
    </svg>
  );
}

function LineageTable({ features, trans, onFind }: LineageProps): React.JSX.Element {
  const columns = (names: readonly string[]): React.JSX.Element[] | null =>
    names.length === 0
      ? null
      : names.map(name => (
          <button
            key={name}
            type="button"
            className="jf-Button jf-mod-quiet jf-mod-link"
            title={trans.__('Find the views that read this column')}
            onClick={() => onFind(name)}
          >
            <Breakable text={name} />
          </button>
        ));
  return (
    <details className="jf-Fold">
      <summary>{trans.__('Lineage as a table')}</summary>
      <table className="jf-Table jf-mod-even">
        <thead>
          <tr>
            <th scope="col">{trans.__('Feature')}</th>
            <th scope="col">{trans.__('Values from')}</th>
            <th scope="col">{trans.__('Rows decided by')}</th>
          </tr>
        </thead>
        <tbody>
          {features.map(feature => (
            <tr key={feature.name}>
              <th scope="row">
                <Breakable text={feature.name} />
              </th>
              <td>{columns(feature.valueLineage) ?? trans.__('the rows alone')}</td>
              <td>{columns(feature.rowLineage) ?? trans.__('none')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
