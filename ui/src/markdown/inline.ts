// The inline parser: the text of a block in, its parts out.
//
// One pass over the text; every search for a closing mark is remembered, so that no text can make it look twice at the same
// characters for the same thing. Raw HTML is text, except `<br>`, which models use for lines in table cells.

import { autolink, bareAddress } from './autolinks';
import { Delimiters, characterAt, characterBefore, flanks, isCjk } from './emphasis';
import { readReference } from './entities';
import { allowed, isEscapable, normalLabel, readLabel, readTarget, type Target } from './links';
import { readMath } from './formulas';
import { Chain, Piece, parts, type Inline } from './piece';
import { Finder } from './find';
import { likelyEmphasis, withoutUnfinishedEnd } from './unfinished';

/** What the text around a block knows. */
export interface Scope {
  /** More text may come. */
  readonly open: boolean;
  /** The definition of a normalised label. */
  target(label: string): Target | undefined;
  /** Is a footnote of this normalised label defined, or may it still be? */
  footnote(label: string): boolean;
}

interface Bracket {
  readonly piece: Piece;
  /** The index behind the bracket. */
  readonly from: number;
  readonly image: boolean;
  active: boolean;
  /** Another bracket follows inside: then the text between is no label. */
  followed: boolean;
}

const PLAIN = /[^\n\\`*_~[\]!<&$:]+/y;
const HTML_TAG =
  /<(?:\/[A-Za-z][A-Za-z0-9-]*\s*|[A-Za-z][A-Za-z0-9-]*(?:\s+[A-Za-z_:][\w.:-]*(?:\s*=\s*(?:[^\s"'=<>`]+|'[^']*'|"[^"]*"))?)*\s*\/?)>/y;
const LINE_BREAK = /<br[ \t]*\/?>/iy;

/** Reads the parts of a text from index `from` on. */
export function parseInline(text: string, from: number, scope: Scope): Inline[] {
  const end = text.trimEnd();
  return new Parser(scope.open ? withoutUnfinishedEnd(end) : end, from, scope).parse();
}

class Parser {
  readonly #chain = new Chain();
  readonly #delimiters = new Delimiters();
  readonly #brackets: Bracket[] = [];
  readonly #finder: Finder;

  constructor(
    private readonly text: string,
    private at: number,
    private readonly scope: Scope,
  ) {
    this.#finder = new Finder(text);
  }

  parse(): Inline[] {
    const from = this.at;
    while (this.at < this.text.length) this.#step();
    this.#delimiters.pair(this.#chain, from);
    if (this.scope.open) this.#delimiters.closeOpen(this.#chain, from, likelyEmphasis(this.text));
    return parts(this.#chain);
  }

  #step(): void {
    switch (this.text.charAt(this.at)) {
      case '\n':
        return this.#lineEnd();
      case '\\':
        return this.#backslash();
      case '`':
        return this.#code();
      case '*':
        return this.#delimiter('*');
      case '_':
        return this.#delimiter('_');
      case '~':
        return this.#delimiter('~');
      case '[':
        return this.#openBracket(false);
      case '!':
        return this.text.charAt(this.at + 1) === '[' ? this.#openBracket(true) : this.#plain(1);
      case ']':
        return this.#closeBracket();
      case '<':
        return this.#angle();
      case '&':
        return this.#reference();
      case '$':
        if (!this.#math()) this.#plain(1);
        return;
      case ':':
        return this.#address();
      default:
        PLAIN.lastIndex = this.at;
        return this.#plain(PLAIN.exec(this.text)?.[0].length ?? 1);
    }
  }

  #plain(length: number): void {
    this.#add({ kind: 'text', at: this.at, text: this.text.slice(this.at, this.at + length) });
    this.at += length;
  }

  #add(content: Piece['content']): Piece {
    return this.#chain.append(new Piece(content));
  }

  #lineEnd(): void {
    const last = this.#chain.last;
    let hard = false;
    if (last?.content.kind === 'text') {
      const trimmed = last.content.text.replace(/ {1,100}$/, '');
      hard = last.content.text.length - trimmed.length >= 2;
      last.content = { ...last.content, text: trimmed };
    }
    const at = this.at;
    this.at += 1;
    while (/[ \t]/.test(this.text.charAt(this.at))) this.at += 1;
    if (hard) {
      this.#add({ kind: 'break', at });
      return;
    }
    // Chinese and Japanese put no space between words: a line end between two of their characters is none either.
    const seamless = isWide(characterBefore(this.text, at)) && isWide(characterAt(this.text, this.at));
    if (!seamless) this.#add({ kind: 'text', at, text: '\n' });
  }

  #backslash(): void {
    const next = this.text.charAt(this.at + 1);
    if ((next === '(' || next === '[') && this.#math()) return;
    if (next === '\n') {
      this.#add({ kind: 'break', at: this.at });
      this.at += 2;
      while (/[ \t]/.test(this.text.charAt(this.at))) this.at += 1;
    } else if (isEscapable(next)) {
      this.at += 1;
      this.#plain(1);
    } else {
      this.#plain(1);
    }
  }

  #code(): void {
    const from = this.at;
    let start = from;
    while (this.text.charAt(start) === '`') start += 1;
    const found = this.#finder.run(start - from, start);
    // While the text is being written, a code span that is open reaches to its end.
    const open = found === null && this.scope.open && start - from <= 2 && start < this.text.length;
    if (found === null && !open) return this.#plain(start - from);
    const end = found ?? this.text.length;
    let content = this.text.slice(start, end).replace(/\n/g, ' ');
    let at = start;
    if (content.startsWith(' ') && content.endsWith(' ') && content.trim() !== '') {
      content = content.slice(1, -1);
      at += 1;
    }
    this.#add({ kind: 'code', at, text: content });
    this.at = found === null ? end : end + start - from;
  }

  #delimiter(mark: '*' | '_' | '~'): void {
    const at = this.at;
    let end = at;
    while (this.text.charAt(end) === mark) end += 1;
    const length = end - at;
    this.#plain(length);
    const piece = this.#chain.last;
    // A single tilde is a range (「10~20」) far more often than strikethrough.
    if (piece === null || (mark === '~' && length !== 2)) return;
    const { canOpen, canClose } = flanks(mark, characterBefore(this.text, at), characterAt(this.text, end));
    if (canOpen || canClose) this.#delimiters.push({ mark, piece, at, left: length, length, canOpen, canClose });
  }

  #openBracket(image: boolean): void {
    const outer = this.#brackets[this.#brackets.length - 1];
    if (outer !== undefined) outer.followed = true;
    this.#plain(image ? 2 : 1);
    const piece = this.#chain.last;
    if (piece !== null) this.#brackets.push({ piece, from: this.at, image, active: true, followed: false });
  }

  #closeBracket(): void {
    const close = this.at;
    const opener = this.#brackets.pop();
    if (opener === undefined || !opener.active) return this.#plain(1);
    const inner = close - opener.from > 1_000 ? '' : this.text.slice(opener.from, close);
    if (!opener.image && /^\^[^\]\s]{1,100}$/.test(inner) && this.scope.footnote(normalLabel(inner.slice(1)))) {
      this.#delimiters.forgetFrom(opener.from);
      this.#chain.last = opener.piece;
      opener.piece.next = null;
      opener.piece.content = { kind: 'footnote', at: opener.from + 1, label: inner.slice(1) };
      this.at += 1;
      return;
    }
    const found = readTarget(this.text, close + 1) ?? this.#referenced(opener, inner, close + 1);
    const href = found === null ? null : allowed(found.value.href);
    if (found === null || href === null) return this.#plain(1);
    this.#delimiters.pair(this.#chain, opener.from);
    this.#delimiters.forgetFrom(opener.from);
    const wrapper = opener.image
      ? ({ kind: 'picture', href } as const)
      : ({ kind: 'link', href, title: found.value.title } as const);
    if (!this.#chain.wrap(opener.piece, null, wrapper, opener.from)) {
      // Whatever would go around this would be too deep as well.
      this.#brackets.length = 0;
      return this.#plain(1);
    }
    opener.piece.content = { kind: 'text', at: opener.from, text: '' };
    this.at = found.end;
    if (opener.image) return;
    // Links do not nest: a bracket before this link cannot become one around it.
    for (let index = this.#brackets.length - 1; index >= 0; index -= 1) {
      const bracket = this.#brackets[index];
      if (bracket === undefined || bracket.image) continue;
      if (!bracket.active) break;
      bracket.active = false;
    }
  }

  /** `[text][label]`, `[label][]` or `[label]`. */
  #referenced(opener: Bracket, inner: string, from: number): { value: Target; end: number } | null {
    const label = readLabel(this.text, from);
    const empty = this.text.startsWith('[]', from);
    const name = label?.value ?? (opener.followed ? '' : inner);
    if (name.trim() === '') return null;
    const value = this.scope.target(normalLabel(name));
    return value === undefined ? null : { value, end: label?.end ?? (empty ? from + 2 : from) };
  }

  #angle(): void {
    const link = autolink(this.text, this.at);
    if (link !== null) {
      this.#link(link.href, link.text, this.at + 1);
      this.at = link.end;
      return;
    }
    LINE_BREAK.lastIndex = this.at;
    const lineBreak = LINE_BREAK.exec(this.text);
    if (lineBreak !== null) {
      this.#add({ kind: 'break', at: this.at });
      this.at += lineBreak[0].length;
      return;
    }
    HTML_TAG.lastIndex = this.at;
    const tag = HTML_TAG.exec(this.text);
    const comment = this.text.startsWith('<!--', this.at) ? this.#finder.find('-->', this.at + 4) : null;
    if (tag !== null) this.#plain(tag[0].length);
    else if (comment !== null) this.#plain(comment + 3 - this.at);
    else this.#plain(1);
  }

  #link(href: string, text: string, at: number): void {
    const piece = new Piece({ kind: 'link', href, title: '', at }, new Chain());
    piece.depth = 1;
    piece.inside?.append(new Piece({ kind: 'text', at, text }));
    this.#chain.append(piece);
  }

  #reference(): void {
    const read = readReference(this.text, this.at);
    if (read === null) return this.#plain(1);
    this.#add({ kind: 'text', at: this.at, text: read.value });
    this.at = read.end;
  }

  /** Reads a formula, if one starts here. */
  #math(): boolean {
    const read = readMath(this.text, this.at, this.#finder);
    if (read === null) return false;
    this.#add({ kind: 'math', at: this.at, tex: read.tex, display: read.display });
    this.at = read.end;
    return true;
  }

  /** A colon may be the one of a bare `https://…`, whose first letters have just become text. */
  #address(): void {
    const found = bareAddress(this.text, this.at);
    const last = this.#chain.last;
    const before = found === null ? 0 : this.at - found.start;
    if (found === null || last?.content.kind !== 'text' || last.content.text.length < before) return this.#plain(1);
    last.content = { ...last.content, text: last.content.text.slice(0, last.content.text.length - before) };
    this.#link(found.href, found.href, found.start);
    this.at = found.start + found.href.length;
  }
}

/** A character between which and its like no space is written. Korean does write spaces. */
function isWide(character: string): boolean {
  return isCjk(character) && !/^\p{Script=Hangul}$/u.test(character);
}
