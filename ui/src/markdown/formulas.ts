// Where formulas stand in a text: `$…$`, `$$…$$`, `\(…\)` and `\[…\]`.
//
// A dollar sign is a price more often than a formula. So a formula in single dollars touches its content on both sides,
// stays on its line, and neither follows nor precedes a letter or digit: "$5 and $6", "US$5" and "$HOME/$USER" are text.

import type { Finder } from './find';

export interface Formula {
  readonly tex: string;
  readonly display: boolean;
  /** The index behind the closing mark. */
  readonly end: number;
}

/** Longer formulas are text: it bounds what one of them may cost. */
export const LONGEST_FORMULA = 5_000;

/** Reads the formula that starts at `from`. */
export function readMath(text: string, from: number, finder: Finder): Formula | null {
  if (text.startsWith('\\(', from)) return between(text, from, '\\)', false, finder);
  if (text.startsWith('\\[', from)) return between(text, from, '\\]', true, finder);
  if (text.startsWith('$$', from)) return between(text, from, '$$', true, finder);
  return inDollars(text, from, finder);
}

function between(text: string, from: number, closer: string, display: boolean, finder: Finder): Formula | null {
  const end = finder.find(closer, from + 2);
  if (end === null || end - from > LONGEST_FORMULA) return null;
  const tex = text.slice(from + 2, end).trim();
  return tex === '' ? null : { tex, display, end: end + 2 };
}

function inDollars(text: string, from: number, finder: Finder): Formula | null {
  if (/[A-Za-z0-9]/.test(text.charAt(from - 1)) || /[\s$]/.test(text.charAt(from + 1))) return null;
  let end = finder.find('$', from + 1);
  while (end !== null && text.charAt(end - 1) === '\\') end = finder.find('$', end + 1);
  if (end === null || end - from > LONGEST_FORMULA) return null;
  const tex = text.slice(from + 1, end);
  if (/\s$/.test(tex) || /[A-Za-z0-9]/.test(text.charAt(end + 1)) || tex.includes('\n')) return null;
  return tex === '' ? null : { tex, display: false, end: end + 1 };
}

/** The TeX of a block of display math, without its marks. */
export function texOf(block: string): string {
  return block.trim().slice(2, -2).trim();
}

/** The TeX of a block of display math that is still being written. */
export function openTexOf(block: string): string {
  return block.trim().slice(2).trim();
}
