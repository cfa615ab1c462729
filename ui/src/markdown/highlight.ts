// Highlighted code. The grammars come when the first block of code is finished and the page has nothing else to do: what
// they change is colours.

import { whenIdle } from './idle';

type Highlight = (typeof import('./grammars'))['highlight'];

let highlight: Highlight | null = null;
let coming: Promise<Highlight> | null = null;

/** Loads the grammars of common languages. */
export async function loadHighlighter(): Promise<Highlight> {
  coming ??= new Promise<void>(whenIdle).then(() => import('./grammars')).then((module) => (highlight = module.highlight));
  return coming;
}

/** What highlights, if it is loaded. */
export function loadedHighlighter(): Highlight | null {
  return highlight;
}
