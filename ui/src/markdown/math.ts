// Formulas. KaTeX comes when the first formula does; until then, and when it cannot read a formula, its TeX is shown.

import type { Surface } from './surface';

type Katex = typeof import('katex').default;

let katex: Katex | null = null;
let coming: Promise<Katex> | null = null;

/** Loads KaTeX with its style sheet. */
export async function loadKatex(): Promise<Katex> {
  coming ??= Promise.all([import('katex'), import('katex/dist/katex.min.css')]).then(([module]) => {
    katex = module.default;
    return katex;
  });
  return coming;
}

/** Puts a formula into an element: as text at once, typeset as soon as that is possible. */
export function showFormula<Made extends HTMLElement>(into: Made, tex: string, display: boolean, surface: Surface): Made {
  into.classList.toggle('display', display);
  into.dir = 'ltr';
  into.textContent = tex;
  const typeset = (): void => {
    if (katex !== null && into.textContent === tex) render(katex, into, tex, display);
  };
  if (katex !== null) {
    surface.soon(typeset);
  } else {
    // A page that could not load KaTeX shows TeX; the next formula tries again.
    loadKatex().then(
      () => {
        surface.later.add(typeset);
      },
      () => (coming = null),
    );
  }
  return into;
}

function render(renderer: Katex, into: HTMLElement, tex: string, display: boolean): void {
  try {
    renderer.render(tex, into, {
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
