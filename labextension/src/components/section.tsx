import * as React from 'react';

interface SectionProps {
  readonly title: string;
  readonly children: React.ReactNode;
}

/** A titled part of the detail. */
export function Section({ title, children }: SectionProps): React.JSX.Element {
  return (
    <section className="jf-Section">
      <h3 className="jf-Section-title">{title}</h3>
      {children}
    </section>
  );
}
