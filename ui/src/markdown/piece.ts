// What a line of text is made of, and the chains it is assembled in.
//
// Emphasis and links wrap what has already been read, so the parts are kept as linked chains: wrapping is then as cheap as
// the number of parts wrapped, however long the paragraph is.

/** A part of a text. `at` is the index of its first visible character in the text of the block. */
export type Inline =
  | { readonly kind: 'text'; readonly at: number; readonly text: string }
  | { readonly kind: 'break'; readonly at: number }
  | { readonly kind: 'code'; readonly at: number; readonly text: string }
  | { readonly kind: 'math'; readonly at: number; readonly tex: string; readonly display: boolean }
  | { readonly kind: 'footnote'; readonly at: number; readonly label: string }
  | { readonly kind: 'checkbox'; readonly at: number; readonly checked: boolean }
  | { readonly kind: 'image'; readonly at: number; readonly href: string; readonly alt: string }
  | Group;

/** A part that holds parts. */
export type Group = { readonly at: number; readonly children: readonly Inline[] } & Wrapper;

export type Wrapper =
  | { readonly kind: 'strong' | 'emphasis' | 'strike' }
  | { readonly kind: 'link'; readonly href: string; readonly title: string }
  | { readonly kind: 'picture'; readonly href: string };

/** Groups nest at most this deep; what would nest deeper keeps its marks as text. */
export const DEEPEST_GROUP = 32;

export class Chain {
  first: Piece | null = null;
  last: Piece | null = null;

  append(piece: Piece): Piece {
    piece.previous = this.last;
    if (this.last === null) this.first = piece;
    else this.last.next = piece;
    this.last = piece;
    return piece;
  }

  /** Puts the pieces behind `from` and before `to` (or the end) into a wrapper behind `from`; false if it gets too deep. */
  wrap(from: Piece, to: Piece | null, wrapper: Wrapper, at: number): boolean {
    let depth = 1;
    for (let piece = from.next; piece !== null && piece !== to; piece = piece.next) depth = Math.max(depth, piece.depth + 1);
    if (depth > DEEPEST_GROUP) return false;
    const group = new Piece({ ...wrapper, at }, new Chain());
    group.depth = depth;
    const first = from.next;
    const last = to === null ? this.last : to.previous;
    if (group.inside !== null && first !== null && first !== to && last !== null) {
      group.inside.first = first;
      group.inside.last = last;
      first.previous = null;
      last.next = null;
    }
    group.previous = from;
    group.next = to;
    from.next = group;
    if (to === null) this.last = group;
    else to.previous = group;
    return true;
  }
}

type Leaf = Exclude<Inline, Group>;

export class Piece {
  previous: Piece | null = null;
  next: Piece | null = null;
  depth = 0;

  constructor(
    public content: Leaf | (Wrapper & { readonly at: number }),
    /** The pieces that a wrapper holds. */
    readonly inside: Chain | null = null,
  ) {}
}

/** The finished parts of a chain. Neighbouring text is joined where the source is seamless. */
export function parts(chain: Chain): Inline[] {
  return collect(chain, false, []);
}

function collect(chain: Chain, insideLink: boolean, into: Inline[]): Inline[] {
  for (let piece = chain.first; piece !== null; piece = piece.next) {
    const content = piece.content;
    if (piece.inside === null) {
      if (isLeaf(content)) addLeaf(content, into);
    } else if (content.kind === 'picture') {
      const alt = plainText(collect(piece.inside, true, []));
      into.push({ kind: 'image', at: content.at, href: content.href, alt });
    } else if (content.kind === 'link' && insideLink) {
      // A link inside of a link, such as `[https://a.example](https://a.example)`: the outer one counts.
      collect(piece.inside, true, into);
    } else if (!isLeaf(content)) {
      into.push({ ...content, children: collect(piece.inside, insideLink || content.kind === 'link', []) });
    }
  }
  return into;
}

function isLeaf(content: Piece['content']): content is Leaf {
  switch (content.kind) {
    case 'strong':
    case 'emphasis':
    case 'strike':
    case 'link':
    case 'picture':
      return false;
    case 'text':
    case 'break':
    case 'code':
    case 'math':
    case 'footnote':
    case 'checkbox':
    case 'image':
      return true;
  }
}

function addLeaf(leaf: Leaf, into: Inline[]): void {
  if (leaf.kind !== 'text') {
    into.push(leaf);
    return;
  }
  if (leaf.text === '') return;
  const last = into[into.length - 1];
  if (last?.kind === 'text' && last.at + last.text.length === leaf.at) {
    into[into.length - 1] = { ...last, text: last.text + leaf.text };
  } else {
    into.push(leaf);
  }
}

/** What is left when all marks are gone: the alternative text of an image. */
export function plainText(inlines: readonly Inline[]): string {
  let text = '';
  for (const inline of inlines) {
    switch (inline.kind) {
      case 'text':
      case 'code':
        text += inline.text;
        break;
      case 'math':
        text += inline.tex;
        break;
      case 'image':
        text += inline.alt;
        break;
      case 'break':
        text += ' ';
        break;
      case 'footnote':
      case 'checkbox':
        break;
      case 'strong':
      case 'emphasis':
      case 'strike':
      case 'link':
      case 'picture':
        text += plainText(inline.children);
    }
  }
  return text;
}
