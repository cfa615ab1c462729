// The block lexer: source lines in, a tree of blocks out.
//
// It follows the two-phase rule of CommonMark (https://spec.commonmark.org/0.31.2/#phase-1-block-structure): a line first
// continues the blocks that are open, then may start new ones, and what is left is text. So a line that is complete is read
// exactly once, however long the answer gets: reading costs O(n) in total, and a closed block is final by construction.
// Only the last, incomplete line is a guess; it is read like a line and taken back before the next characters are read.
//
// Differences from CommonMark, on purpose: raw HTML is text (there are no HTML blocks); display math, GFM tables and
// footnotes are blocks; containers nest at most DEEPEST levels, and what nests deeper is text.

import { Block, canHold, type Shape } from './block';
import { continues } from './continues';
import { Line } from './line';
import { normalLabel, readDefinition, type Target } from './links';
import { starts } from './starts';
import { becomesSomethingElse } from './unfinished';

/** The state of one block on the open path, to return to. */
interface Saved {
  readonly block: Block;
  readonly shape: Shape;
  readonly end: number;
  readonly children: number;
  readonly text: string;
  readonly skip: number;
  readonly spots: Block['spots'];
  readonly spotCount: number;
}

export class Lexer {
  readonly root = new Block({ kind: 'document' }, 0, null);
  /** Link definitions by normalised label; the first one counts. */
  readonly definitions = new Map<string, Target>();
  /** Labels of the footnotes that are defined. */
  readonly footnotes = new Set<string>();
  /** The innermost open block. */
  tip = this.root;
  lineNumber = 0;
  /** If the line before was blank: the innermost quote (or the document) it was blank in. */
  #blankIn: Block | null = null;
  /** Where the line at hand stops continuing open blocks; blocks below are closed when something new starts. */
  #lastMatched = this.root;
  readonly #fresh: string[] = [];
  #guessed: { path: Saved[]; blankIn: Block | null; lineNumber: number } | null = null;

  /** Reads a complete line, given without its end. */
  feed(text: string, start: number): void {
    this.takeBack();
    this.#read(new Line(text, start));
  }

  /** Reads the incomplete last line as if it ended here, until `takeBack`. */
  guess(text: string, start: number): void {
    this.takeBack();
    const path: Saved[] = [];
    for (let block: Block | null = this.tip; block !== null; block = block.parent) path.unshift(save(block));
    this.#guessed = { path, blankIn: this.#blankIn, lineNumber: this.lineNumber };
    if (text !== '') this.#read(new Line(text, start));
    this.#hideUnfinished();
  }

  takeBack(): void {
    const guessed = this.#guessed;
    if (guessed === null) return;
    this.#guessed = null;
    this.#blankIn = guessed.blankIn;
    this.lineNumber = guessed.lineNumber;
    for (const [at, saved] of guessed.path.entries()) restore(saved, guessed.path[at + 1]?.block);
    this.tip = guessed.path[guessed.path.length - 1]?.block ?? this.root;
  }

  /** Closes every open block: no more text comes. */
  finish(): void {
    this.takeBack();
    this.#closeDownTo(this.root);
    this.#close(this.root);
  }

  /** Does the line at hand continue every open block? */
  get matchedAll(): boolean {
    return this.#lastMatched === this.tip;
  }

  /** Closes the open blocks that the line at hand does not continue. */
  closeUnmatched(): void {
    this.#closeDownTo(this.#lastMatched);
  }

  /** Opens a block at the tip, closing blocks that cannot hold it. */
  open(shape: Shape, start: number): Block {
    while (!canHold(this.tip.kind, shape.kind)) {
      this.#closeDownTo(this.tip.parent ?? this.root);
    }
    const parent = this.tip;
    if (this.#blankIn !== null && parent.children.length > 0) this.#loosen(parent, this.#blankIn);
    const block = new Block(shape, start, parent);
    parent.children.push(block);
    this.tip = block;
    this.#lastMatched = block;
    return block;
  }

  /** Closes the tip. */
  closeTip(): void {
    this.#closeDownTo(this.tip.parent ?? this.root);
  }

  /** Removes the tip: what it held has become something else. */
  dropTip(): void {
    this.tip.parent?.children.pop();
    this.tip = this.tip.parent ?? this.root;
    this.#lastMatched = this.tip;
  }

  /** The labels defined since this was last asked. */
  takeFresh(): string[] {
    return this.#fresh.splice(0);
  }

  /** Takes the link definitions off the start of a paragraph. */
  takeDefinitions(paragraph: Block): void {
    while (paragraph.text.charAt(paragraph.skip) === '[') {
      const read = readDefinition(paragraph.text, paragraph.skip);
      if (read === null) return;
      paragraph.skip = read.end;
      // A guess must leave no trace outside of the open path.
      if (this.#guessed === null && !this.definitions.has(read.value.label)) {
        this.definitions.set(read.value.label, read.value);
        this.#fresh.push(read.value.label);
      }
    }
  }

  #read(line: Line): void {
    this.lineNumber += 1;
    let container = this.root;
    let innermostQuote = this.root;
    for (let child = container.last; child !== undefined && child.open; child = container.last) {
      const continuation = continues(child, line);
      if (continuation === 'ends here') {
        child.end = line.start + line.text.length;
        this.#closeDownTo(container);
        this.#blankIn = null;
        this.#stretch(line);
        return;
      }
      if (continuation === 'does not fit') break;
      container = child;
      if (child.kind === 'quote' || child.kind === 'footnote') innermostQuote = child;
    }
    this.#lastMatched = container;
    const blank = this.#startBlocks(container, line);
    this.#stretch(line);
    // The blank rest of an item's own first line separates nothing; blank lines of code are code.
    const firstLineOfItem = this.tip.shape.kind === 'item' && this.tip.shape.line === this.lineNumber;
    this.#blankIn = blank && !firstLineOfItem && this.tip.kind !== 'code' ? innermostQuote : null;
  }

  /** Starts what the line starts and puts its text where it belongs; tells whether nothing but blanks was left. */
  #startBlocks(from: Block, line: Line): boolean {
    let container = from;
    while (container.kind !== 'code' && container.kind !== 'math') {
      const started = starts(this, container, line);
      if (started === 'whole line') return false;
      if (started === 'nothing') line.skipIndent();
      else container = this.tip;
      if (started !== 'container') break;
    }
    this.#text(container, line);
    return line.blank;
  }

  #text(container: Block, line: Line): void {
    if (!this.matchedAll && !line.blank && this.tip.kind === 'paragraph') {
      // Lazy continuation: the marks of the blocks around it may be left out.
      this.tip.add(`${line.take()}\n`, line.source);
      return;
    }
    this.closeUnmatched();
    switch (container.kind) {
      case 'paragraph':
      case 'code':
      case 'math':
        container.add(`${line.take()}\n`, line.source);
        return;
      case 'table':
        this.open({ kind: 'row' }, line.source).add(line.take().trimEnd(), line.source);
        this.closeTip();
        return;
      case 'document':
      case 'quote':
      case 'list':
      case 'item':
      case 'footnote':
      case 'heading':
      case 'rule':
      case 'row':
        if (line.blank) return;
        this.open({ kind: 'paragraph' }, line.source).add(`${line.take()}\n`, line.source);
    }
  }

  /** A blank line stands before a new block in `parent`: a list that it separates is loose. */
  #loosen(parent: Block, blankIn: Block): void {
    const list = parent.kind === 'item' ? parent.parent : parent;
    if (list?.shape.kind !== 'list' || list.shape.loose) return;
    // A blank line inside of a quote separates nothing outside of it.
    for (let around: Block | null = list; around !== null; around = around.parent) {
      if (around === blankIn) list.shape = { ...list.shape, loose: true };
    }
  }

  #stretch(line: Line): void {
    if (line.text.trim() === '') return;
    for (let block: Block | null = this.tip; block !== null; block = block.parent) {
      block.end = line.start + line.text.length;
    }
  }

  #closeDownTo(ancestor: Block): void {
    while (this.tip !== ancestor && this.tip.parent !== null) {
      const block = this.tip;
      this.tip = this.tip.parent;
      this.#close(block);
    }
    if (this.#lastMatched.depth > this.tip.depth) this.#lastMatched = this.tip;
  }

  #close(block: Block): void {
    const shape = block.shape;
    // TeX forbids a blank line in display math: what is not closed by then is text, and may hold math of its own.
    if (shape.kind === 'math' && !shape.closed) block.shape = { kind: 'paragraph' };
    if (shape.kind === 'paragraph') {
      this.takeDefinitions(block);
      if (block.skip >= block.text.length) block.parent?.children.pop();
    }
    block.open = false;
    if (this.#guessed !== null) return;
    block.final = true;
    if (shape.kind === 'footnote') this.footnotes.add(normalLabel(shape.label));
  }

  /** What is still being written and will not be a paragraph is not shown as one first. */
  #hideUnfinished(): void {
    if (this.tip.kind !== 'paragraph') return;
    this.takeDefinitions(this.tip);
    if (becomesSomethingElse(this.tip.text.slice(this.tip.skip))) this.tip.skip = this.tip.text.length;
  }
}

function save(block: Block): Saved {
  const { shape, end, text, skip, spots } = block;
  return { block, shape, end, children: block.children.length, text, skip, spots, spotCount: spots.length };
}

/** Undoes what a guess did to a block; `child` is the next block on the path that was open. */
function restore(saved: Saved, child: Block | undefined): void {
  const { block } = saved;
  block.shape = saved.shape;
  block.open = true;
  block.end = saved.end;
  block.text = saved.text;
  block.skip = saved.skip;
  block.spots = saved.spots;
  block.spots.length = saved.spotCount;
  block.children.length = saved.children;
  if (child !== undefined) block.children[saved.children - 1] = child;
}
