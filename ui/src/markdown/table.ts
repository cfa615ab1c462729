// A table: it scrolls in a box of its own, and can be copied (tab-separated) and downloaded (CSV).

import { sourceAt, type Block, type Spot } from './block';
import { button, element, say } from './element';
import { parseInline } from './inline';
import { plainText } from './piece';
import { placeBlock } from './places';
import { splitRow, type Cell } from './row';
import type { Surface } from './surface';
import type { View } from './view';
import { WordsView } from './words';

/** While a table grows, so many rows are shown: the browser lays the whole table out anew with every row. */
const MOST_OPEN_ROWS = 300;
/** So many rows are added in one go when the rest is filled in. */
const ROWS_PER_STEP = 50;

interface Row {
  readonly element: HTMLTableRowElement;
  readonly start: number;
  readonly cells: WordsView[];
}

export class TableView implements View {
  readonly element: HTMLElement;
  readonly #head = element('thead');
  readonly #body = element('tbody');
  readonly #more = element('p', 'table-more');
  readonly #rows: Row[] = [];
  /** So many rows at the start are final and shown. */
  #settled = 0;

  constructor(
    private block: Block,
    private readonly surface: Surface,
  ) {
    const { words } = surface.options;
    const actions = element(
      'div',
      'table-actions',
      button(words.copyTable, 'table-copy', (pressed) => {
        surface.copy(tabSeparated(this.#cellTexts()), () => {
          say(pressed, words.copied, words.copyTable);
        });
      }),
      button(words.downloadTable, 'table-download', () => {
        void import('./download').then(({ downloadTable }) => downloadTable(this.#cellTexts()));
      }),
    );
    const box = element('div', 'table-scroll', element('table', '', this.#head, this.#body));
    // A box that scrolls must be reachable by keyboard.
    box.tabIndex = 0;
    this.element = element('div', 'table', actions, box);
    placeBlock(this.element, block.start);
  }

  update(block: Block): void {
    this.block = block;
    const rows = block.children;
    const limit = Math.min(rows.length, MOST_OPEN_ROWS);
    for (const gone of this.#rows.splice(Math.max(limit, this.#settled))) gone.element.remove();
    this.#showRows(limit);
    if (rows.length <= this.#settled || rows.length === limit) {
      this.#more.remove();
    } else if (block.final) {
      this.surface.later.add(() => this.#fill());
    } else {
      this.#more.textContent = `… +${rows.length - limit}`;
      if (!this.#more.isConnected) this.element.append(this.#more);
    }
  }

  placeAt(source: number): HTMLElement {
    let found: HTMLElement = this.element;
    for (const row of this.#rows) if (row.start <= source) found = row.element;
    return found;
  }

  *#fill(): Generator<undefined, void> {
    while (this.#settled < this.block.children.length) {
      this.#showRows(Math.min(this.block.children.length, this.#settled + ROWS_PER_STEP));
      yield;
    }
    this.#more.remove();
  }

  #showRows(limit: number): void {
    for (let index = this.#settled; index < limit; index += 1) {
      const block = this.block.children[index];
      if (block === undefined) break;
      this.#showRow(block, index);
      if (block.final && this.#settled === index) this.#settled += 1;
    }
  }

  #showRow(block: Block, index: number): void {
    let row = this.#rows[index];
    if (row?.start !== block.start) {
      row?.element.remove();
      row = { element: element('tr'), start: block.start, cells: [] };
      this.#rows[index] = row;
      (index === 0 ? this.#head : this.#body).append(row.element);
      placeBlock(row.element, block.start);
    }
    this.#showCells(row, block, index === 0 ? 'th' : 'td');
  }

  #showCells(row: Row, block: Block, name: 'th' | 'td'): void {
    const align = this.block.shape.kind === 'table' ? this.block.shape.align : [];
    const cells = splitRow(block.text).slice(0, align.length);
    while (row.element.childElementCount > Math.min(row.cells.length, cells.length)) row.element.lastElementChild?.remove();
    row.cells.length = Math.min(row.cells.length, cells.length);
    for (const [column, cell] of cells.entries()) {
      const words = row.cells[column] ?? this.#makeCell(row, name, align[column] ?? null);
      // Only the last cell of a row that is not complete yet may go on.
      const open = !block.final && column === cells.length - 1;
      words.set({ text: cell.text, from: 0, spots: spotsOf(cell, block), open, task: false });
    }
    // One cell for all columns that the row leaves out: a table of many columns must not multiply what the model wrote.
    if (cells.length < align.length) {
      const rest = element(name);
      rest.colSpan = align.length - cells.length;
      row.element.append(rest);
    }
  }

  #makeCell(row: Row, name: 'th' | 'td', align: string | null): WordsView {
    const made = element(name, align === null ? '' : `align-${align}`);
    made.dir = 'auto';
    row.element.append(made);
    const words = new WordsView(made, this.surface);
    row.cells.push(words);
    return words;
  }

  #cellTexts(): string[][] {
    const align = this.block.shape.kind === 'table' ? this.block.shape.align : [];
    return this.block.children.map((row) => {
      const cells = splitRow(row.text);
      return align.map((_, column) => this.#cellText(cells[column]?.text ?? ''));
    });
  }

  #cellText(text: string): string {
    const scope = this.surface.scope(false, { repaint: () => undefined });
    return plainText(parseInline(text, 0, scope)).trim();
  }
}

function spotsOf(cell: Cell, row: Block): readonly Spot[] {
  return cell.spots.map(({ text, source }) => ({ text, source: sourceAt(row.spots, source) }));
}

/** For the clipboard: spreadsheets paste it into cells. */
export function tabSeparated(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => row.map((cell) => cell.replace(/[\t\n\r]+/g, ' ')).join('\t')).join('\n');
}
