// A diagram: Mermaid's own code, drawn in a frame of its own.
//
// Mermaid turns text of the model into SVG and styles. It does so in a sandboxed frame without an origin: whatever it might
// be talked into, it reaches neither the page nor the server. The frame is asked by message and answers with its height.

import type { Surface } from './surface';

const DEFAULT_FRAME = '/mermaid-frame.html';
/** Longer diagrams are shown as source only. */
const LONGEST_DIAGRAM = 20_000;
const TALLEST_PIXELS = 2_000;

/** What the frame says. */
export type FromFrame =
  | { readonly diagram: 'ready' }
  | { readonly diagram: 'drawn'; readonly height: number }
  | { readonly diagram: 'failed' };

/** What the frame is asked. */
export interface ToFrame {
  readonly draw: string;
  readonly dark: boolean;
}

export class DiagramView {
  readonly #frame = document.createElement('iframe');
  readonly #toggle = document.createElement('button');

  constructor(
    private readonly code: HTMLElement,
    actions: HTMLElement,
    private readonly source: string,
    private readonly surface: Surface,
  ) {
    const { options } = surface;
    const { words } = options;
    this.#frame.className = 'diagram';
    this.#toggle.type = 'button';
    this.#toggle.className = 'diagram-toggle';
    this.#toggle.textContent = words.openDiagram;
    this.#toggle.addEventListener('click', () => {
      this.#show(!this.code.classList.contains('drawn'));
    });
    this.#toggle.hidden = true;
    actions.prepend(this.#toggle);
    this.#frame.setAttribute('sandbox', 'allow-scripts');
    // Mermaid is heavy: a diagram far up in a long conversation is not drawn before somebody comes near it.
    this.#frame.setAttribute('loading', 'lazy');
    this.#frame.title = words.openDiagram;
    this.#frame.src = options.diagramFrame ?? DEFAULT_FRAME;
    if (source.length > LONGEST_DIAGRAM || source.trim() === '') return;
    window.addEventListener('message', this.#listen, { signal: surface.gone });
    code.append(this.#frame);
  }

  readonly #listen = (event: MessageEvent<unknown>): void => {
    // The frame has no origin, so its window is what it is known by.
    if (event.source !== this.#frame.contentWindow || !isFromFrame(event.data)) return;
    switch (event.data.diagram) {
      case 'ready':
        this.#ask();
        return;
      case 'drawn':
        this.#frame.height = String(Math.min(TALLEST_PIXELS, Math.max(1, Math.ceil(event.data.height))));
        this.#toggle.hidden = false;
        this.#show(true);
        return;
      case 'failed':
        // The source says more than an error message would.
        window.removeEventListener('message', this.#listen);
        this.#frame.remove();
    }
  };

  #ask(): void {
    const message: ToFrame = { draw: this.source, dark: isDark(this.code) };
    // `*`, for a sandboxed frame has no origin to name; the diagram is all that is told.
    this.#frame.contentWindow?.postMessage(message, '*');
  }

  #show(drawn: boolean): void {
    const { words } = this.surface.options;
    this.code.classList.toggle('drawn', drawn);
    this.#toggle.textContent = drawn ? words.showSource : words.openDiagram;
  }
}

function isDark(element: HTMLElement): boolean {
  const scheme = getComputedStyle(element).colorScheme;
  if (scheme.includes('dark') && scheme.includes('light')) return matchMedia('(prefers-color-scheme: dark)').matches;
  return scheme.includes('dark');
}

function isFromFrame(data: unknown): data is FromFrame {
  if (typeof data !== 'object' || data === null || !('diagram' in data)) return false;
  if (data.diagram === 'drawn') return 'height' in data && typeof data.height === 'number';
  return data.diagram === 'ready' || data.diagram === 'failed';
}
