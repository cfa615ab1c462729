// Emphasis: `*`, `_` and `~~`.
//
// The pairing is CommonMark's delimiter algorithm (https://spec.commonmark.org/0.31.2/#delimiter-stack). Which marks may open
// and close differs: CommonMark's rule assumes that words are set apart by spaces, so in `**「強調」**です` the closing mark,
// between punctuation and a letter, would not count. Following the CJK-friendly amendment
// (https://github.com/tats-u/markdown-cjk-friendly), punctuation of Chinese, Japanese and Korean does not count as
// punctuation here, and a character of these scripts beside the mark counts as much as a space.

import { Chain, type Piece, type Wrapper } from './piece';

export interface Delimiter {
  readonly mark: '*' | '_' | '~';
  readonly piece: Piece;
  /** The index of the run in the text. */
  readonly at: number;
  /** The marks of the run that are not used yet, and how many there were. */
  left: number;
  readonly length: number;
  readonly canOpen: boolean;
  readonly canClose: boolean;
  previous: Delimiter | null;
  next: Delimiter | null;
}

const SPACE = /^\s$/u;
const PUNCTUATION = /^[\p{P}\p{S}]$/u;
const CJK =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\u2e80-\u303f\u30fb\u30fc\u3200-\u33ff\ufe30-\ufe4f\uff00-\uffef]$/u;
const VARIATION = /^[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]$/u;

export function isCjk(character: string): boolean {
  return CJK.test(character);
}

/** May a run of `mark` between two characters open emphasis, and may it close it? An empty string is the text's edge. */
export function flanks(mark: string, before: string, after: string): { canOpen: boolean; canClose: boolean } {
  const spaceBefore = before === '' || SPACE.test(before);
  const spaceAfter = after === '' || SPACE.test(after);
  const cjkBefore = isCjk(before);
  const cjkAfter = isCjk(after);
  const punctuationBefore = !cjkBefore && PUNCTUATION.test(before);
  const punctuationAfter = !cjkAfter && PUNCTUATION.test(after);
  const left = !spaceAfter && (!punctuationAfter || spaceBefore || punctuationBefore || cjkBefore);
  const right = !spaceBefore && (!punctuationBefore || spaceAfter || punctuationAfter || cjkAfter);
  if (mark !== '_') return { canOpen: left, canClose: right };
  // An underscore inside of a word is a part of it: snake_case_names.
  return {
    canOpen: left && (!right || PUNCTUATION.test(before)),
    canClose: right && (!left || PUNCTUATION.test(after)),
  };
}

/** The character before an index; a variation selector belongs to the character before it. */
export function characterBefore(text: string, index: number): string {
  const low = text.charCodeAt(index - 1);
  const pair = low >= 0xdc00 && low <= 0xdfff && index >= 2;
  const character = index <= 0 ? '' : String.fromCodePoint(text.codePointAt(pair ? index - 2 : index - 1) ?? 0);
  return VARIATION.test(character) ? characterBefore(text, index - character.length) : character;
}

export function characterAt(text: string, index: number): string {
  const code = text.codePointAt(index);
  return code === undefined ? '' : String.fromCodePoint(code);
}

/** The delimiter runs of a text that are not paired yet, in order. */
export class Delimiters {
  last: Delimiter | null = null;

  push(delimiter: Omit<Delimiter, 'previous' | 'next'>): void {
    const added: Delimiter = { ...delimiter, previous: this.last, next: null };
    if (this.last !== null) this.last.next = added;
    this.last = added;
  }

  /** Pairs the runs that stand at `from` or behind, and forgets them. */
  pair(chain: Chain, from: number): void {
    // Where the search for an opener may stop, by kind of closer: it failed there before.
    const bottoms = new Map<string, number>();
    let closer = this.#firstFrom(from);
    while (closer !== null) {
      if (!closer.canClose) {
        closer = closer.next;
        continue;
      }
      const key = `${closer.mark}${String(closer.canOpen)}${closer.length % 3}`;
      const opener = findOpener(closer, Math.max(from, bottoms.get(key) ?? 0));
      if (opener !== null && this.#join(chain, opener, closer)) {
        if (closer.left === 0) {
          const next: Delimiter | null = closer.next;
          this.#forget(closer);
          closer = next;
        }
        continue;
      }
      bottoms.set(key, closer.at);
      const next: Delimiter | null = closer.next;
      if (!closer.canOpen) this.#forget(closer);
      closer = next;
    }
  }

  /** Forgets the runs at `from` or behind. */
  forgetFrom(from: number): void {
    while (this.last !== null && this.last.at >= from) this.last = this.last.previous;
    if (this.last !== null) this.last.next = null;
  }

  /** The text is still being written: emphasis that is open so far reaches to its end. */
  closeOpen(chain: Chain, from: number, likely: (delimiter: Delimiter) => boolean): void {
    for (let opener = this.last; opener !== null && opener.at >= from; opener = opener.previous) {
      while (opener.canOpen && opener.left > 0 && opener.piece.next !== null && likely(opener)) {
        const used = opener.mark === '~' || opener.left >= 2 ? 2 : 1;
        if (!chain.wrap(opener.piece, null, wrapper(opener.mark, used), opener.at + opener.left)) return;
        shorten(opener, used);
      }
    }
  }

  #join(chain: Chain, opener: Delimiter, closer: Delimiter): boolean {
    const used = opener.left >= 2 && closer.left >= 2 ? 2 : 1;
    if (!chain.wrap(opener.piece, closer.piece, wrapper(closer.mark, used), opener.at + opener.left)) {
      // Whatever would go around this would be too deep as well.
      closer.previous = null;
      return false;
    }
    // What stands between a pair can pair with nothing any more.
    opener.next = closer;
    closer.previous = opener;
    shorten(opener, used);
    shorten(closer, used);
    if (opener.left === 0) this.#forget(opener);
    return true;
  }

  #forget(delimiter: Delimiter): void {
    if (delimiter.previous !== null) delimiter.previous.next = delimiter.next;
    if (delimiter.next === null) this.last = delimiter.previous;
    else delimiter.next.previous = delimiter.previous;
  }

  #firstFrom(from: number): Delimiter | null {
    let first: Delimiter | null = null;
    for (let delimiter = this.last; delimiter !== null && delimiter.at >= from; delimiter = delimiter.previous) first = delimiter;
    return first;
  }
}

function findOpener(closer: Delimiter, bottom: number): Delimiter | null {
  for (let opener = closer.previous; opener !== null && opener.at >= bottom; opener = opener.previous) {
    if (opener.mark !== closer.mark || !opener.canOpen) continue;
    // `*a**b*`: runs that could do both pair only if their lengths fit (CommonMark's rules 9 and 10).
    const misfit =
      (closer.canOpen || opener.canClose) && closer.length % 3 !== 0 && (opener.length + closer.length) % 3 === 0;
    if (!misfit || closer.mark === '~') return opener;
  }
  return null;
}

function wrapper(mark: Delimiter['mark'], used: number): Wrapper {
  if (mark === '~') return { kind: 'strike' };
  return { kind: used === 2 ? 'strong' : 'emphasis' };
}

/** Takes the used marks off the text of the run. An opener loses them at its end, which keeps the rest in its place. */
function shorten(delimiter: Delimiter, used: number): void {
  delimiter.left -= used;
  const { content } = delimiter.piece;
  if (content.kind === 'text') delimiter.piece.content = { ...content, text: content.text.slice(used) };
}
