// The rows of a GFM table (https://github.github.com/gfm/#tables-extension-).

import type { Align, Spot } from './block';

/** A table with more columns is text: every row could be made to cost that much. */
const MOST_COLUMNS = 200;

/** The text of a cell, and where it stands in the text of its row. */
export interface Cell {
  readonly text: string;
  readonly spots: readonly Spot[];
}

export function isDelimiterRow(line: string): boolean {
  if (!line.includes('|') || !/^[-:| \t]+$/.test(line)) return false;
  const cells = splitRow(line);
  return cells.length <= MOST_COLUMNS && cells.every((cell) => /^:?-+:?$/.test(cell.text));
}

export function readAlignment(delimiterRow: string): Align[] {
  return splitRow(delimiterRow).map(({ text }) => {
    const left = text.startsWith(':');
    const right = text.endsWith(':');
    if (left && right) return 'center';
    if (left) return 'left';
    return right ? 'right' : null;
  });
}

/** Splits a row at its pipes; `\|` is a pipe in a cell. */
export function splitRow(row: string): Cell[] {
  const cells: Cell[] = [];
  let from = row.startsWith('|') ? 1 : 0;
  let escapes: number[] = [];
  for (let at = from; at < row.length; at += 1) {
    const character = row.charAt(at);
    if (character === '\\') {
      if (row.charAt(at + 1) === '|') escapes.push(at);
      at += 1;
    } else if (character === '|') {
      cells.push(cell(row, from, at, escapes));
      escapes = [];
      from = at + 1;
    }
  }
  // Behind the closing pipe stands no cell.
  if (from < row.length && row.slice(from).trim() !== '') cells.push(cell(row, from, row.length, escapes));
  return cells;
}

/** The cell between two indices, without the backslashes at `escapes`. */
function cell(row: string, start: number, end: number, escapes: readonly number[]): Cell {
  let from = start;
  let to = end;
  while (from < to && /\s/.test(row.charAt(from))) from += 1;
  while (to > from && /\s/.test(row.charAt(to - 1))) to -= 1;
  const spots: Spot[] = [{ text: 0, source: from }];
  let text = '';
  for (const escape of escapes) {
    text += row.slice(from, escape);
    from = escape + 1;
    spots.push({ text: text.length, source: from });
  }
  return { text: text + row.slice(from, to), spots };
}
