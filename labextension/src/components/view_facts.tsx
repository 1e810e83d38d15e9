import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { FeatureSummary, ViewDetail } from '../tokens';
import { Code } from './code';
import { ConsumerList } from './consumer_list';
import { Facts } from './facts';
import { FeatureList } from './feature_list';
import { isoDate } from './iso_date';
import { Lineage } from './lineage';
import { RelatedList } from './related_list';
import { Section } from './section';
import { SourceList } from './source_list';
import { VersionList } from './version_list';

interface ViewFactsProps {
  readonly view: ViewDetail;
  readonly trans: TranslationBundle;
  readonly onOpenVersion: (version: number) => void;
  readonly onOpenRelated: (name: string) => void;
  readonly onFind: (column: string) => void;
}

/** All that is known of one version, most asked for first. */
export function ViewFacts({ view, trans, onOpenVersion, onOpenRelated, onFind }: ViewFactsProps): React.JSX.Element {
  const keys = typedNames(view.joinKeys);
  const none = trans.__('none');
  return (
    <>
      <Facts
        facts={[
          [trans.__('Owner'), view.owner],
          [trans.__('Entity'), keys ? `${view.entity} (${keys})` : view.entity],
          ...(view.inputs.length ? [[trans.__('Inputs'), view.inputs.join(', ')] as const] : []),
          ...(view.request.length ? [[trans.__('Request'), typedNames(view.request)] as const] : []),
          [trans.__('Tags'), view.tags.join(', ') || none],
          [trans.__('Served in'), view.environments.join(', ') || none],
          [trans.__('Usage'), usageOf(view, trans)],
          [trans.__('Tests passed'), String(view.tests)],
          [trans.__('Checks passed'), view.checks.join(', ') || none],
          [trans.__('Published'), `${isoDate(view.publishedAt)}, ${view.author}`],
          ...(view.duplicateReason ? [[trans.__('Why another'), view.duplicateReason] as const] : []),
          [trans.__('Fingerprint'), view.fingerprint.slice(0, 12), view.fingerprint]
        ]}
      />
      <Section title={trans.__('Features')}>
        <FeatureList features={view.features} trans={trans} />
      </Section>
      <Section title={trans.__('Lineage')}>
        <Lineage features={view.features} trans={trans} onFind={onFind} />
      </Section>
      <Section title={view.language}>
        <Code text={view.body} />
      </Section>
      <Section title={trans.__('Versions')}>
        <VersionList versions={view.versions} shown={view.version} trans={trans} onOpen={onOpenVersion} />
      </Section>
      <Section title={trans.__('Read by')}>
        <ConsumerList consumers={view.consumers} trans={trans} />
      </Section>
      {view.sources.length > 0 && (
        <Section title={trans.__('Sources')}>
          <SourceList sources={view.sources} trans={trans} />
        </Section>
      )}
      {view.related.length > 0 && (
        <Section title={trans.__('Related')}>
          <RelatedList related={view.related} trans={trans} onOpen={onOpenRelated} />
        </Section>
      )}
    </>
  );
}

/** How many were seen reading lately, of those who report it, and when the last one did. */
function usageOf(view: ViewDetail, trans: TranslationBundle): string {
  const reads = view.consumers.flatMap(consumer => (consumer.lastAt === null ? [] : [consumer]));
  const last = reads.map(read => read.lastAt).sort((one, other) => Number(other) - Number(one))[0];
  if (last === undefined || last === null) {
    return trans.__('no reads in the last 90 days');
  }
  const readers = new Set(reads.map(read => read.name)).size;
  return trans._n('%1 reader, last on %2', '%1 readers, last on %2', readers, isoDate(last));
}

function typedNames(columns: readonly FeatureSummary[]): string {
  return columns.map(column => `${column.name} ${column.dtype}`).join(', ');
}
