// The blanks of a prompt, as `{{topic}}`: filled in one after the other.

export interface Blank {
  readonly from: number;
  readonly to: number;
}

const BLANK = /\{\{[^{}\n]{1,80}\}\}/g;

export const blanksOf = (text: string): Blank[] =>
  [...text.matchAll(BLANK)].map(({ index, 0: blank }) => ({ from: index, to: index + blank.length }));

/** The blank behind what is selected, or before it. At the ends there is none: nobody is kept in the field. */
export function blankBeside(text: string, selected: Blank, way: 'next' | 'previous'): Blank | null {
  const blanks = blanksOf(text);
  const found = way === 'next' ? blanks.find(({ from }) => from >= selected.to) : blanks.findLast(({ to }) => to <= selected.from);
  return found ?? null;
}
