import { LabIcon } from '@jupyterlab/ui-components';

// Two rows of a table that become one value: what a feature is.
const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 24 24">
  <g class="jp-icon3" fill="#616161">
    <path d="M3 4h7v4H3zM3 10h7v4H3zM3 16h7v4H3z"/>
    <path d="M11.5 5h2.2a2 2 0 0 1 1.9 1.4L16.5 9h-2.1l-.7-2h-2.2zM11.5 11h3v2h-3zM11.5 17h2.2l.7-2h2.1l-.9 2.6a2 2 0 0 1-1.9 1.4h-2.2z"/>
    <path d="M18 8.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7z"/>
  </g>
</svg>`;

export const featuresIcon = new LabIcon({ name: 'jupyter-features:features', svgstr: svg });
