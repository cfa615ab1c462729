// From a text to its sentences, one after the other, while it grows.

export interface Sentence {
  /** Offsets in the text, without blanks around it. */
  readonly start: number;
  readonly end: number;
}

/** Services of browsers stop in the middle of what takes longer than about a quarter of a minute. */
const MOST_WEIGHT = 220;
const weightOf = (character: string): number => (character > '\u2e7f' ? 2 : 1);

/** How far is looked for the letter after an end. */
const NEXT = 9;

const ENDS = /[.!?。！？…．｡]/u;
const CLOSES = /[\])}"'”’»」』）】》〉.!?。！？…]/u;
const SHORT = /(?:^|[\s(])(?:Mr|Mrs|Ms|Dr|Prof|St|vs|etc|Fig|No|pp?|cf|approx|e\.g|i\.e|z\.B|bzw|\p{Lu})\.$/iu;
/** Where a sentence that is too long may be parted. */
const BREATHS = [/[;:；：—]/u, /[,、，・]/u, /\s/u];

/**
 * The first sentence at or after `from`; none when there is none that is whole. A line is a sentence. The end of a
 * text that still grows is not: the next character may belong to it.
 */
export function sentenceAt(text: string, from: number, ended: boolean): Sentence | null {
  let start = from;
  for (;;) {
    while (start < text.length && /\s/u.test(text[start]!)) start += 1;
    if (start >= text.length) return null;
    const end = endOf(text, start, ended);
    if (end === null) return null;
    // Rows of dots and the like have no sound.
    if (/[\p{L}\p{N}]/u.test(text.slice(start, end))) return { start, end: start + text.slice(start, end).trimEnd().length };
    start = end;
  }
}

function endOf(text: string, start: number, ended: boolean): number | null {
  let weight = 0;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at]!;
    if (character === '\n') return at;
    weight += weightOf(character);
    if (weight > MOST_WEIGHT) return breath(text, start, at);
    if (!ENDS.test(character)) continue;
    let after = at + 1;
    while (after < text.length && CLOSES.test(text[after]!)) after += 1;
    if (after >= text.length) break;
    if (isEnd(text, start, at, after)) return after;
    at = after - 1;
  }
  return ended ? text.length : null;
}

function isEnd(text: string, start: number, at: number, after: number): boolean {
  if (text[at] !== '.' && text[at] !== '…') return !/[!?]/.test(text[at]!) || /[\s\u2e80-\uffff]/u.test(text[after]!);
  // A full stop within a number, a name or an address ends nothing.
  if (!/[\s\u2e80-\uffff]/u.test(text[after]!)) return false;
  const before = text.slice(start, at + 1);
  if (/^\d+\.$/.test(before) || SHORT.test(before)) return false;
  // What goes on in small letters goes on. Before the next letter is there nobody knows.
  return /^\s*[^\s\p{Ll}]/u.test(text.slice(after, after + NEXT));
}

/** The last place before `most` where a reader would take breath. */
function breath(text: string, start: number, most: number): number {
  const piece = text.slice(start, most);
  for (const kind of BREATHS) {
    for (let at = piece.length - 1; at > piece.length / 3; at -= 1) if (kind.test(piece[at]!)) return start + at + 1;
  }
  // Never between the halves of one character.
  return /[\ud800-\udbff]/.test(text[most - 1]!) ? most - 1 : most;
}
