// The page inside the frame of a diagram: it draws what it is asked to and tells its height. See markdown/diagram.ts.
//
// It runs without an origin (`sandbox="allow-scripts"`), so its scripts must be served with `Access-Control-Allow-Origin: *`.
// Mermaid writes styles into what it draws: this page, and only this one, needs `style-src 'unsafe-inline'`.

import mermaid from 'mermaid';
import type { FromFrame, ToFrame } from '../markdown/diagram';

function tell(message: FromFrame): void {
  // `*`: a page without an origin cannot know its parent's; the message holds nothing but a height.
  window.parent.postMessage(message, '*');
}

function isToFrame(data: unknown): data is ToFrame {
  return typeof data === 'object' && data !== null && 'draw' in data && typeof data.draw === 'string' && 'dark' in data;
}

async function draw({ draw: source, dark }: ToFrame): Promise<void> {
  document.documentElement.style.colorScheme = dark ? 'dark' : 'light';
  Object.assign(document.body.style, { display: 'grid', justifyItems: 'center', margin: '12px' });
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: 'strict',
    suppressErrorRendering: true,
    theme: dark ? 'dark' : 'default',
    fontFamily: 'system-ui, sans-serif',
  });
  const { svg } = await mermaid.render('diagram', source);
  const drawn = new DOMParser().parseFromString(svg, 'text/html').body.firstElementChild;
  if (drawn === null) throw new Error('mermaid drew nothing');
  document.body.replaceChildren(drawn);
  tell({ diagram: 'drawn', height: document.documentElement.offsetHeight });
}

window.addEventListener('message', ({ source, data }: MessageEvent<unknown>) => {
  if (source !== window.parent || !isToFrame(data)) return;
  draw(data).catch(() => {
    tell({ diagram: 'failed' });
  });
});

tell({ diagram: 'ready' });
