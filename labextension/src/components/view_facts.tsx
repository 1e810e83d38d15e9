import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { FeatureSummary, ViewDetail } from '../tokens';
import { Facts } from './facts';
import { FeatureList } from './feature_list';
import { isoDate } from './iso_date';
import { Section } from './section';
import { SourceList } from './source_list';
import { VersionList } from './version_list';

interface ViewFactsProps {
  readonly view: ViewDetail;
  readonly trans: TranslationBundle;
  readonly onOpenVersion: (version: number) => void;
}

/** All that is known of one version, most asked for first. */
export function ViewFacts({ view, trans, onOpenVersion }: ViewFactsProps): React.JSX.Element {
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
          [trans.__('Tests passed'), String(view.tests)],
          [trans.__('Checks passed'), view.checks.join(', ') || none],
          [trans.__('Published'), `${isoDate(view.publishedAt)}, ${view.author}`],
          [trans.__('Fingerprint'), view.fingerprint.slice(0, 12), view.fingerprint]
        ]}
      />
      <Section title={trans.__('Features')}>
        <FeatureList features={view.features} trans={trans} />
      </Section>
      <Section title={view.language}>
        <pre
          className="jf-Code"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, and scrolling must work by keyboard
          tabIndex={0}
        >
          <code>{view.body}</code>
        </pre>
      </Section>
      {view.sources.length > 0 && (
        <Section title={trans.__('Sources')}>
          <SourceList sources={view.sources} trans={trans} />
        </Section>
      )}
      <Section title={trans.__('Versions')}>
        <VersionList versions={view.versions} shown={view.version} trans={trans} onOpen={onOpenVersion} />
      </Section>
    </>
  );
}

function typedNames(columns: readonly FeatureSummary[]): string {
  return columns.map(column => `${column.name} ${column.dtype}`).join(', ');
}
