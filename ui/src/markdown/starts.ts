// What can start on a line: quotes, headings, fences, display math, rules, list items, footnotes, tables, indented code.

import { DEEPEST, sourceAt, type Block } from './block';
import { unescapeText } from './entities';
import type { Lexer } from './lex';
import type { Line } from './line';
import { isDelimiterRow, readAlignment, splitRow } from './row';

/** A container opened: look again behind its mark. A leaf opened for the rest of the line, or used it up. Or nothing. */
export type Started = 'container' | 'leaf' | 'whole line' | 'nothing';

type Start = (lexer: Lexer, container: Block, line: Line) => Started;

/** The order is CommonMark's: a line of dashes is an underline before it is a rule before it is an item. */
const STARTS: readonly Start[] = [quote, heading, fence, math, underline, table, rule, footnote, item];

/** Tries to start a block; on success the mark is taken from the line. */
export function starts(lexer: Lexer, container: Block, line: Line): Started {
  if (line.indented) return indentedCode(lexer, line);
  if (line.blank) return 'nothing';
  for (const start of STARTS) {
    const started = start(lexer, container, line);
    if (started !== 'nothing') return started;
  }
  return 'nothing';
}

function quote(lexer: Lexer, container: Block, line: Line): Started {
  if (line.peek(line.next) !== '>' || container.depth >= DEEPEST) return 'nothing';
  const start = line.start + line.next;
  line.skipIndent();
  line.skip(1);
  if (/[ \t]/.test(line.peek(line.offset))) line.skipColumns(1);
  lexer.closeUnmatched();
  lexer.open({ kind: 'quote' }, start);
  return 'container';
}

function heading(lexer: Lexer, _container: Block, line: Line): Started {
  const mark = /^#{1,6}(?=[ \t]|$)/.exec(line.rest)?.[0];
  if (mark === undefined) return 'nothing';
  const start = line.start + line.next;
  line.skipIndent();
  line.skip(mark.length);
  line.skipIndent();
  lexer.closeUnmatched();
  lexer.open({ kind: 'heading', level: mark.length }, start).add(withoutClosingMarks(line.take()), line.source);
  lexer.closeTip();
  return 'whole line';
}

/** A heading may end with any number of `#` behind a space. */
function withoutClosingMarks(text: string): string {
  const trimmed = text.trimEnd();
  let end = trimmed.length;
  while (end > 0 && trimmed.charAt(end - 1) === '#') end -= 1;
  const closing = end < trimmed.length && (end === 0 || /[ \t]/.test(trimmed.charAt(end - 1)));
  return closing ? trimmed.slice(0, end).trimEnd() : trimmed;
}

function fence(lexer: Lexer, _container: Block, line: Line): Started {
  const rest = line.rest;
  const mark = /^(?:`{3,}|~{3,})/.exec(rest)?.[0];
  if (mark === undefined) return 'nothing';
  const info = rest.slice(mark.length);
  const character = mark.startsWith('`') ? '`' : '~';
  if (character === '`' && info.includes('`')) return 'nothing';
  lexer.closeUnmatched();
  const shape = { mark: character, length: mark.length, indent: line.indent } as const;
  lexer.open({ kind: 'code', fence: shape, info: unescapeText(info.trim()) }, line.start + line.next);
  return 'whole line';
}

function math(lexer: Lexer, _container: Block, line: Line): Started {
  const rest = line.rest.trimEnd();
  const closer = rest.startsWith('$$') ? '$$' : rest.startsWith('\\[') ? '\\]' : null;
  if (closer === null) return 'nothing';
  const closedAt = rest.indexOf(closer, 2);
  const closed = closedAt >= 0;
  // `\[like this](x)` is an escaped bracket.
  if (closer === '\\]' && !closed && !/^\\\[(?:\s|$)/.test(rest)) return 'nothing';
  // Text behind the closing mark, or nothing between the marks: then it is a paragraph, which may hold math.
  if (closed && (closedAt + 2 < rest.length || rest.slice(2, closedAt).trim() === '')) return 'nothing';
  lexer.closeUnmatched();
  line.skipIndent();
  lexer.open({ kind: 'math', closer, closed }, line.source).add(`${rest}\n`, line.source);
  if (closed) lexer.closeTip();
  return 'whole line';
}

/** The underline of a heading makes a heading of the paragraph above it. */
function underline(lexer: Lexer, container: Block, line: Line): Started {
  if (container.kind !== 'paragraph' || !lexer.matchedAll || !/^(?:=+|-+)[ \t]*$/.test(line.rest)) return 'nothing';
  lexer.takeDefinitions(container);
  if (container.skip >= container.text.length) return 'nothing';
  container.shape = { kind: 'heading', level: line.peek(line.next) === '=' ? 1 : 2 };
  lexer.closeTip();
  return 'whole line';
}

/** A delimiter row makes a table of the line above it; earlier lines of that paragraph stay a paragraph. */
function table(lexer: Lexer, container: Block, line: Line): Started {
  if (container.kind !== 'paragraph' || !lexer.matchedAll || !isDelimiterRow(line.rest)) return 'nothing';
  const text = container.text;
  const from = text.lastIndexOf('\n', text.length - 2) + 1;
  const align = readAlignment(line.rest);
  const header = text.slice(from).trimEnd();
  if (header === '' || splitRow(header).length !== align.length) return 'nothing';
  const source = sourceAt(container.spots, from);
  if (from === 0) {
    lexer.dropTip();
  } else {
    container.text = text.slice(0, from);
    container.end = source - 1;
  }
  lexer.open({ kind: 'table', align }, source);
  lexer.open({ kind: 'row' }, source).add(header, source);
  lexer.closeTip();
  return 'whole line';
}

function rule(lexer: Lexer, _container: Block, line: Line): Started {
  const rest = line.rest.replace(/[ \t]/g, '');
  if (!/^(?:\*{3,}|-{3,}|_{3,})$/.test(rest)) return 'nothing';
  lexer.closeUnmatched();
  lexer.open({ kind: 'rule' }, line.start + line.next);
  lexer.closeTip();
  return 'whole line';
}

function footnote(lexer: Lexer, container: Block, line: Line): Started {
  // A list goes on until something else begins: this does.
  const around = container.kind === 'paragraph' || container.kind === 'list' ? container.parent : container;
  if (around?.kind !== 'document') return 'nothing';
  const found = /^\[\^([^\]\s]{1,100})\]:[ \t]*/.exec(line.rest);
  if (found === null) return 'nothing';
  const start = line.start + line.next;
  line.skipIndent();
  line.skip(found[0].length);
  lexer.closeUnmatched();
  lexer.open({ kind: 'footnote', label: found[1] ?? '' }, start);
  return 'container';
}

function item(lexer: Lexer, container: Block, line: Line): Started {
  const found = /^(?:[*+-]|(\d{1,9})([.)]))(?=[ \t]|$)/.exec(line.rest);
  if (found === null || container.depth + 1 >= DEEPEST) return 'nothing';
  const [whole, number, delimiter] = found;
  const first = number === undefined ? null : Number.parseInt(number, 10);
  if (container.kind === 'paragraph') {
    // A paragraph is only interrupted by an item that has text, and that is a bullet or starts counting at 1.
    const empty = line.rest.slice(whole.length).trim() === '';
    if (empty || (first !== null && first !== 1)) return 'nothing';
  }
  const start = line.start + line.next;
  const before = line.indent;
  line.skipIndent();
  line.skip(whole.length);
  // Five columns or more behind the mark: the item starts with indented code.
  const padding = line.blank || line.indent >= 5 ? 1 : line.indent;
  line.skipColumns(padding);
  lexer.closeUnmatched();
  const mark = delimiter ?? whole;
  const list = lexer.tip.shape;
  if (list.kind !== 'list' || list.mark !== mark) lexer.open({ kind: 'list', mark, first, loose: false }, start);
  lexer.open({ kind: 'item', indent: before + whole.length + padding, line: lexer.lineNumber }, start);
  return 'container';
}

function indentedCode(lexer: Lexer, line: Line): Started {
  if (lexer.tip.kind === 'paragraph' || line.blank) return 'nothing';
  line.skipColumns(4);
  lexer.closeUnmatched();
  lexer.open({ kind: 'code', fence: null, info: '' }, line.source);
  return 'leaf';
}
