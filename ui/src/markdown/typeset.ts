// KaTeX, and what a formula of a model may do with it.

import katex from 'katex';
import 'katex/dist/katex.min.css';

/** Typesets a formula into an element; its TeX, where KaTeX cannot read it. */
export function typeset(into: HTMLElement, tex: string, display: boolean): void {
  try {
    katex.render(tex, into, {
      displayMode: display,
      // Nothing that a model writes may load or link anything, or cost more than a formula should.
      trust: false,
      strict: 'ignore',
      throwOnError: true,
      maxExpand: 500,
      maxSize: 20,
    });
  } catch {
    into.textContent = tex;
    into.classList.add('unreadable');
  }
}
