// Tells Vite that the page that draws diagrams is a page of its own.

import type { Plugin } from 'vite';

export const diagramPage: Plugin = {
  name: 'tsuzuki-diagram-page',
  config: () => ({
    build: { rolldownOptions: { input: { index: 'index.html', 'mermaid-frame': 'mermaid-frame.html' } } },
  }),
};
