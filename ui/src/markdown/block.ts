// The tree of blocks that the lexer grows, line by line.
//
// A block that is `final` never changes again; that is what lets the page leave its DOM alone.

/** Beyond this depth no container is opened: it bounds the work per line and the depth of the page. */
export const DEEPEST = 40;

export type Align = 'left' | 'center' | 'right' | null;

/** What a block is. Replaced as a whole when it changes, so that a guess can be taken back. */
export type Shape =
  | { readonly kind: 'document' }
  | { readonly kind: 'quote' }
  | {
      readonly kind: 'list';
      /** The character that all items of the list share: `-`, `+`, `*`, `.` or `)`. */
      readonly mark: string;
      /** The number of the first item; null for bullets. */
      readonly first: number | null;
      /** A blank line stands between the items, or between the blocks of one. */
      readonly loose: boolean;
    }
  /** `indent`: the columns that a line needs to belong to the item. */
  | { readonly kind: 'item'; readonly indent: number; readonly line: number }
  | { readonly kind: 'footnote'; readonly label: string }
  | { readonly kind: 'paragraph' }
  | { readonly kind: 'heading'; readonly level: number }
  | { readonly kind: 'rule' }
  | { readonly kind: 'code'; readonly fence: Fence | null; readonly info: string }
  | { readonly kind: 'math'; readonly closer: '$$' | '\\]'; readonly closed: boolean }
  | { readonly kind: 'table'; readonly align: readonly Align[] }
  | { readonly kind: 'row' };

export type Kind = Shape['kind'];

export interface Fence {
  readonly mark: '`' | '~';
  readonly length: number;
  /** Columns before the fence; that many are taken from every line of code. */
  readonly indent: number;
}

/** From `text` on (an index into the block's text) the text stands in the source at `source`. */
export interface Spot {
  readonly text: number;
  readonly source: number;
}

export class Block {
  open = true;
  /** Closed by a line that is complete: nothing that arrives later can change it. */
  final = false;
  /** The source offset just behind the last line that belongs to the block. */
  end: number;
  children: Block[] = [];
  /** The text of a leaf, without the marks of the blocks around it. */
  text = '';
  /** Where the visible text starts; before it stand link definitions. */
  skip = 0;
  spots: Spot[] = [];
  /** Blocks above this one. */
  readonly depth: number;

  constructor(
    public shape: Shape,
    /** The source offset at which the block starts. */
    readonly start: number,
    readonly parent: Block | null,
  ) {
    this.end = start;
    this.depth = parent === null ? 0 : parent.depth + 1;
  }

  get kind(): Kind {
    return this.shape.kind;
  }

  get last(): Block | undefined {
    return this.children[this.children.length - 1];
  }

  /** Adds text that stands at `source`. */
  add(text: string, source: number): void {
    const last = this.spots[this.spots.length - 1];
    // Text that follows seamlessly in the source needs no spot of its own.
    if (last === undefined || source - last.source !== this.text.length - last.text) {
      this.spots.push({ text: this.text.length, source });
    }
    this.text += text;
  }
}

/** The source offset of the text at `index`. */
export function sourceAt(spots: readonly Spot[], index: number): number {
  let low = 0;
  let high = spots.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((spots[middle]?.text ?? 0) <= index) low = middle;
    else high = middle - 1;
  }
  const spot = spots[low];
  return spot === undefined ? 0 : spot.source + Math.max(0, index - spot.text);
}

/** The index into the text that stands at the source offset, or just behind it. */
export function indexAt(spots: readonly Spot[], source: number): number {
  let index = 0;
  for (const [at, spot] of spots.entries()) {
    if (spot.source > source) break;
    const next = spots[at + 1];
    const length = next === undefined ? Infinity : next.text - spot.text;
    index = spot.text + Math.min(length, source - spot.source);
  }
  return index;
}

/** May a block of this kind hold other blocks? */
export function holdsBlocks(kind: Kind): boolean {
  return kind === 'document' || kind === 'quote' || kind === 'list' || kind === 'item' || kind === 'footnote';
}

/** May `parent` hold `child` directly? */
export function canHold(parent: Kind, child: Kind): boolean {
  if (parent === 'list') return child === 'item';
  if (parent === 'table') return child === 'row';
  return holdsBlocks(parent) && child !== 'item' && child !== 'row';
}
