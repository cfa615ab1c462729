// Formulas. KaTeX comes when the first formula does; until then, and when it cannot read a formula, its TeX is shown.

import type { Surface } from './surface';

type Typeset = (typeof import('./typeset'))['typeset'];

let typeset: Typeset | null = null;
let coming: Promise<void> | null = null;

/** Loads KaTeX with its style sheet. */
export async function loadKatex(): Promise<void> {
  coming ??= import('./typeset').then((module) => {
    typeset = module.typeset;
  });
  return coming;
}

/** Puts a formula into an element: as text at once, typeset as soon as that is possible. */
export function showFormula<Made extends HTMLElement>(into: Made, tex: string, display: boolean, surface: Surface): Made {
  into.classList.toggle('display', display);
  into.dir = 'ltr';
  into.textContent = tex;
  const set = (): void => {
    if (into.textContent === tex) typeset?.(into, tex, display);
  };
  if (typeset !== null) {
    surface.soon(set);
  } else {
    // A page that could not load KaTeX shows TeX; the next formula tries again.
    loadKatex().then(
      () => {
        surface.later.add(set);
      },
      () => (coming = null),
    );
  }
  return into;
}
