// Links: where they may lead, and how Markdown writes their destinations, titles, labels and definitions.

import { unescapeText } from './entities';

export interface Target {
  readonly href: string;
  readonly title: string;
}

/** A piece read from a text, and the index behind it. */
export interface Read<T> {
  readonly value: T;
  readonly end: number;
}

/** Longer labels and destinations are text: it keeps the work of hostile input in bounds. */
const LONGEST_LABEL = 999;
const LONGEST_DESTINATION = 4_000;
const MOST_PARENTHESES = 32;

/**
 * The address if a link may lead there, else null.
 *
 * The browser's own parser decides what the scheme is, for it is the one that will be asked when somebody clicks:
 * it drops tabs and line feeds inside `java\nscript:` and leading control characters, which a pattern of ours would miss.
 */
export function allowed(href: string): string | null {
  let scheme: string;
  try {
    scheme = new URL(href.replace(/\\/g, '%5C'), 'https://relative.invalid/').protocol;
  } catch {
    return null;
  }
  // Browsers take a backslash for a slash; Markdown means the character.
  return scheme === 'https:' || scheme === 'http:' || scheme === 'mailto:' ? href.replace(/\\/g, '%5C') : null;
}

/** Labels match without regard to case and to the amount of white space. */
export function normalLabel(label: string): string {
  return label.trim().replace(/\s+/g, ' ').toLowerCase().toUpperCase();
}

/** Reads `[label]` at `from`. */
export function readLabel(text: string, from: number): Read<string> | null {
  if (text.charAt(from) !== '[') return null;
  for (let at = from + 1; at < text.length && at - from <= LONGEST_LABEL + 1; at += 1) {
    const character = text.charAt(at);
    if (character === '\\') at += 1;
    else if (character === '[') return null;
    else if (character === ']') {
      const value = text.slice(from + 1, at);
      return value.trim() === '' ? null : { value, end: at + 1 };
    }
  }
  return null;
}

/** Reads a destination: `<anything>` or a run without spaces and with balanced parentheses. */
export function readDestination(text: string, from: number): Read<string> | null {
  const limit = Math.min(text.length, from + LONGEST_DESTINATION);
  if (text.charAt(from) === '<') {
    for (let at = from + 1; at < limit; at += 1) {
      const character = text.charAt(at);
      if (character === '\\') at += 1;
      else if (character === '>') return { value: unescapeText(text.slice(from + 1, at)), end: at + 1 };
      else if (character === '<' || character === '\n') return null;
    }
    return null;
  }
  let depth = 0;
  let at = from;
  for (; at < limit; at += 1) {
    const character = text.charAt(at);
    if (character === '\\' && isEscapable(text.charAt(at + 1))) at += 1;
    else if (character === '(') {
      depth += 1;
      if (depth > MOST_PARENTHESES) return null;
    } else if (character === ')') {
      if (depth === 0) break;
      depth -= 1;
    } else if (character <= ' ' || character === '\u007f') break;
  }
  // The slice may end inside an escape at the very limit; then it is not a destination.
  if (depth !== 0 || at > limit || (at === limit && limit < text.length)) return null;
  return { value: unescapeText(text.slice(from, at)), end: at };
}

/** Reads a title in `"…"`, `'…'` or `(…)`. */
export function readTitle(text: string, from: number): Read<string> | null {
  const opener = text.charAt(from);
  const closer = opener === '(' ? ')' : opener;
  if (opener !== '"' && opener !== "'" && opener !== '(') return null;
  const limit = Math.min(text.length, from + LONGEST_DESTINATION);
  for (let at = from + 1; at < limit; at += 1) {
    const character = text.charAt(at);
    if (character === '\\') at += 1;
    else if (character === closer) return { value: unescapeText(text.slice(from + 1, at)), end: at + 1 };
    else if (character === '(' && opener === '(') return null;
  }
  return null;
}

/** Reads `(destination "title")` at `from`. */
export function readTarget(text: string, from: number): Read<Target> | null {
  if (text.charAt(from) !== '(') return null;
  const start = skipSpace(text, from + 1);
  const destination = readDestination(text, start);
  if (destination === null) return null;
  let end = skipSpace(text, destination.end);
  let title = '';
  if (end > destination.end) {
    const read = readTitle(text, end);
    if (read !== null) {
      title = read.value;
      end = skipSpace(text, read.end);
    }
  }
  if (text.charAt(end) !== ')') return null;
  return { value: { href: destination.value, title }, end: end + 1 };
}

/** A link definition, `[label]: destination "title"`, that stands alone on its line or lines. */
export interface Definition extends Target {
  readonly label: string;
}

/** Reads a definition at `from`. */
export function readDefinition(text: string, from: number): Read<Definition> | null {
  const label = readLabel(text, skipIndent(text, from));
  if (label === null || text.charAt(label.end) !== ':' || label.value.startsWith('^')) return null;
  const start = skipSpace(text, label.end + 1);
  const destination = readDestination(text, start);
  if (destination === null || destination.end === start) return null;
  const name = normalLabel(label.value);
  const afterDestination = skipSpace(text, destination.end);
  if (afterDestination > destination.end) {
    const title = readTitle(text, afterDestination);
    const end = title === null ? null : lineEnd(text, title.end);
    if (title !== null && end !== null) {
      return { value: { label: name, href: destination.value, title: title.value }, end };
    }
  }
  // What looked like a title was none: then the definition must end with its own line.
  const end = lineEnd(text, destination.end);
  return end === null ? null : { value: { label: name, href: destination.value, title: '' }, end };
}

export function isEscapable(character: string): boolean {
  return /^[!-/:-@[-`{-~]$/.test(character);
}

/** The index behind spaces and at most one line end: a second one would end the paragraph. */
function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && /[ \t\n]/.test(text.charAt(at))) at += 1;
  return at;
}

function skipIndent(text: string, from: number): number {
  let at = from;
  while (text.charAt(at) === ' ') at += 1;
  return at;
}

/** The index of the next line if only spaces stand before it, else null. */
function lineEnd(text: string, from: number): number | null {
  let at = from;
  while (text.charAt(at) === ' ' || text.charAt(at) === '\t') at += 1;
  if (at >= text.length) return text.length;
  return text.charAt(at) === '\n' ? at + 1 : null;
}
