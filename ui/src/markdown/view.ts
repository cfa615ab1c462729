// From blocks to elements.
//
// Blocks and their views are walked side by side. A view whose block is final and shown is never visited again, so a paint
// costs what has changed since the last one, and the reader's selection in finished text stays.

import type { Block } from './block';
import { CodeView } from './code';
import { element } from './element';
import { makeFootnote } from './footnotes';
import { openTexOf, texOf } from './formulas';
import { showFormula } from './math';
import { placeBlock, placeWhole } from './places';
import type { Surface } from './surface';
import { TableView } from './table';
import { WordsView } from './words';

export interface View {
  readonly element: HTMLElement;
  /** Shows the block as it is now. */
  update(block: Block): void;
  /** The element of the innermost block that holds a source offset. */
  placeAt(source: number): HTMLElement;
}

interface Entry {
  readonly view: View;
  readonly key: string;
  block: Block;
}

/** The views of the blocks in a container. */
export class Children {
  readonly #entries: Entry[] = [];
  /** So many at the start are final and shown. */
  #settled = 0;

  constructor(
    private readonly parent: HTMLElement,
    private readonly surface: Surface,
  ) {}

  update(blocks: readonly Block[]): void {
    this.#dropFrom(Math.max(this.#settled, blocks.length));
    for (let index = this.#settled; index < blocks.length; index += 1) {
      const block = blocks[index];
      if (block === undefined) break;
      this.#show(block, index);
      if (block.final && this.#settled === index) this.#settled += 1;
    }
  }

  placeAt(source: number): HTMLElement | null {
    let low = 0;
    let high = this.#entries.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#entries[middle]?.block.start ?? 0) <= source) low = middle;
      else high = middle - 1;
    }
    return this.#entries[low]?.view.placeAt(source) ?? null;
  }

  #show(block: Block, index: number): void {
    const key = keyOf(block);
    let entry = this.#entries[index];
    if (entry?.key !== key) {
      this.#dropFrom(index);
      entry = { view: make(block, this.surface), key, block };
      this.#entries.push(entry);
      this.parent.append(entry.view.element);
    }
    entry.block = block;
    entry.view.update(block);
  }

  #dropFrom(index: number): void {
    for (const { view } of this.#entries.splice(index)) view.element.remove();
  }
}

/** Blocks with the same key can share a view. */
function keyOf({ shape, start }: Block): string {
  switch (shape.kind) {
    case 'heading':
      return `heading ${shape.level} ${start}`;
    case 'list':
      return `list ${shape.first === null ? '' : shape.first} ${start}`;
    case 'footnote':
      return `footnote ${start} ${shape.label}`;
    case 'document':
    case 'quote':
    case 'item':
    case 'paragraph':
    case 'rule':
    case 'code':
    case 'math':
    case 'table':
    case 'row':
      return `${shape.kind} ${start}`;
  }
}

function make(block: Block, surface: Surface): View {
  const { shape } = block;
  switch (shape.kind) {
    case 'quote':
      return new ContainerView(own(element('blockquote')), block, surface);
    case 'list':
      return new ContainerView(list(shape.first), block, surface);
    case 'item':
      return new ContainerView(element('li'), block, surface);
    case 'footnote': {
      const { footnote, text } = makeFootnote(shape.label, surface.options.words.footnotes);
      return new ContainerView(footnote, block, surface, text);
    }
    case 'heading':
      return new TextView(element(`h${shape.level}` as 'h1'), block, surface);
    case 'rule':
      return new RuleView(block);
    case 'code':
      return new CodeView(block, surface);
    case 'math':
      return new FormulaView(block, surface);
    case 'table':
      return new TableView(block, surface);
    case 'paragraph':
    case 'document':
    case 'row':
      return new TextView(element('p'), block, surface);
  }
}

/** A block of text has its own direction, unless the list or quote around it has one already. */
function own<Made extends HTMLElement>(made: Made): Made {
  made.dir = 'auto';
  return made;
}

function list(first: number | null): HTMLElement {
  if (first === null) return own(element('ul'));
  const made = own(element('ol'));
  if (first !== 1) made.start = first;
  return made;
}

class ContainerView implements View {
  readonly #children: Children;

  constructor(
    readonly element: HTMLElement,
    block: Block,
    surface: Surface,
    inside = element,
  ) {
    this.#children = new Children(inside, surface);
    placeBlock(element, block.start);
  }

  update(block: Block): void {
    // Loose or tight is a class and not another structure: when an item turns out to be loose, the others keep their nodes.
    if (block.shape.kind === 'list') this.element.classList.toggle('loose', block.shape.loose);
    this.#children.update(block.children);
  }

  placeAt(source: number): HTMLElement {
    return this.#children.placeAt(source) ?? this.element;
  }
}

class TextView implements View {
  readonly #words: WordsView;

  constructor(
    readonly element: HTMLElement,
    block: Block,
    surface: Surface,
  ) {
    const around = block.parent?.kind;
    if (around === 'document' || around === 'footnote') own(element);
    this.#words = new WordsView(element, surface);
    placeBlock(element, block.start);
  }

  update(block: Block): void {
    const { text, skip, spots, open, parent } = block;
    const task = block.kind === 'paragraph' && parent?.kind === 'item' && parent.children[0] === block;
    this.#words.set({ text, from: skip, spots, open, task });
  }

  placeAt(): HTMLElement {
    return this.element;
  }
}

class RuleView implements View {
  readonly element = element('hr');

  constructor(block: Block) {
    placeBlock(this.element, block.start);
  }

  update(): void {
    // A rule has nothing to show but itself.
  }

  placeAt(): HTMLElement {
    return this.element;
  }
}

class FormulaView implements View {
  readonly element = element('div', 'math display');
  #shown = '';

  constructor(
    block: Block,
    private readonly surface: Surface,
  ) {
    this.element.dir = 'ltr';
    placeWhole(this.element, block.spots, 0);
  }

  update(block: Block): void {
    if (block.text === this.#shown) return;
    this.#shown = block.text;
    const closed = block.shape.kind === 'math' && block.shape.closed;
    if (closed) showFormula(this.element, texOf(block.text), true, this.surface);
    else this.element.textContent = openTexOf(block.text);
  }

  placeAt(): HTMLElement {
    return this.element;
  }
}
