import * as React from 'react';
import { Breakable } from './breakable';

/** Name, value, and the whole value when the shown one is cut. */
export type Fact = readonly [name: string, value: string, whole?: string];

/** Short pairs of name and value. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }): React.JSX.Element {
  return (
    <dl className="jf-Facts">
      {facts.map(([name, value, whole]) => (
        <React.Fragment key={name}>
          <dt>{name}</dt>
          <dd title={whole}>
            <bdi>
              <Breakable text={value} />
            </bdi>
          </dd>
        </React.Fragment>
      ))}
    </dl>
  );
}
