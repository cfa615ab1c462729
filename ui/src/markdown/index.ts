// Markdown that arrives in pieces, on a page.
//
// `render` shows a text while it is being written, `renderOnce` one that is finished; both make the same DOM. The text goes
// from lines to blocks (lex), from blocks to parts (inline) and from there to nodes (view, words). Text of the model never
// becomes HTML: nodes are made one by one. However the text is cut into pieces, the page is a function of the text alone.

import './markdown.css';
import './code.css';
import { Lexer } from './lex';
import { Painter } from './paint';
import { sourceOf } from './places';
import { Surface, type Options } from './surface';
import { saysNothing } from './unfinished';
import { Children } from './view';

export type { Options, Words } from './surface';

/** A text on the page. Offsets count UTF-16 units of the source. */
export interface Rendering {
  /** Adds text. It is painted with the next frame. */
  push(delta: string): void;
  /** Shows another text; if it only goes on from the one shown, what is shown stays. */
  replace(source: string): void;
  /** Paints the rest now: no more text comes. */
  done(): void;
  /** Paints now what has arrived. */
  flush(): void;
  readonly source: string;
  /** The source offset near a position on the page, or null if it is not in this text. */
  offsetOf(node: Node, offset: number): number | null;
  /** The element of the innermost block that holds a source offset. */
  placeOf(offset: number): { element: HTMLElement } | null;
  /** Takes the text off the page. */
  destroy(): void;
}

/** A paint reads lines for so long; what is left waits for the next one. */
const READ_MILLISECONDS = 10;

/** Shows a text that is being written. */
export function render(into: HTMLElement, options: Options): Rendering {
  return new Stream(into, options);
}

/** Shows a finished text. */
export function renderOnce(into: HTMLElement, source: string, options: Options): Rendering {
  const rendering = new Stream(into, options);
  rendering.push(source);
  rendering.done();
  return rendering;
}

class Stream implements Rendering {
  /** Everything that has arrived. */
  #text = '';
  /** The text is read up to here; what follows is not complete lines, or not read yet. */
  #read = 0;
  #finished = false;
  #lexer: Lexer;
  #surface: Surface;
  #children: Children;
  readonly #painter = new Painter(() => this.#paint(performance.now() + READ_MILLISECONDS));

  constructor(
    private readonly into: HTMLElement,
    private readonly options: Options,
  ) {
    into.classList.add('markdown');
    ({ lexer: this.#lexer, surface: this.#surface, children: this.#children } = this.#start());
  }

  get source(): string {
    return this.#text;
  }

  push(delta: string): void {
    if (delta === '') return;
    if (this.#finished) {
      // Text behind a finished text: blocks that were closed may go on, so all is read anew.
      this.replace(this.#text + delta);
      return;
    }
    this.#text += delta;
    this.#painter.ask();
  }

  replace(source: string): void {
    if (source === this.#text) return;
    if (!this.#finished && source.startsWith(this.#text)) {
      this.push(source.slice(this.#text.length));
      return;
    }
    this.#surface.end();
    this.#text = '';
    this.#read = 0;
    this.#finished = false;
    ({ lexer: this.#lexer, surface: this.#surface, children: this.#children } = this.#start());
    this.push(source);
  }

  flush(): void {
    this.#painter.cancel();
    if (!this.#finished) this.#paint(Infinity);
  }

  done(): void {
    if (this.#finished) return;
    this.#painter.cancel();
    this.#finished = true;
    this.#readLines(Infinity);
    if (this.#read < this.#text.length) this.#lexer.feed(this.#rest(), this.#read);
    this.#read = this.#text.length;
    this.#lexer.finish();
    this.#show();
    this.#surface.finish();
  }

  offsetOf(node: Node, offset: number): number | null {
    return sourceOf(this.into, node, offset);
  }

  placeOf(offset: number): { element: HTMLElement } | null {
    const found = offset < 0 || offset > this.#text.length ? null : this.#children.placeAt(offset);
    return found === null ? null : { element: found };
  }

  destroy(): void {
    this.#painter.cancel();
    this.#surface.end();
    this.#finished = true;
    this.into.replaceChildren();
    this.into.classList.remove('markdown');
  }

  #start(): { lexer: Lexer; surface: Surface; children: Children } {
    this.into.replaceChildren();
    const lexer = new Lexer();
    const surface = new Surface(lexer, this.options, this.into);
    return { lexer, surface, children: new Children(this.into, surface) };
  }

  /** Reads what has arrived until a point in time, and shows it; true if lines are left. */
  #paint(until: number): boolean {
    const more = this.#readLines(until);
    const rest = more ? '' : this.#rest();
    this.#lexer.guess(saysNothing(rest) ? '' : rest, this.#read);
    this.#show();
    return more;
  }

  #readLines(until: number): boolean {
    for (let end = this.#text.indexOf('\n', this.#read); end >= 0; end = this.#text.indexOf('\n', this.#read)) {
      const line = this.#text.slice(this.#read, end);
      this.#lexer.feed(withoutReturn(line), this.#read);
      this.#read = end + 1;
      if (performance.now() > until) return this.#read < this.#text.length;
    }
    return false;
  }

  /** The last line, which is not complete. */
  #rest(): string {
    return withoutReturn(this.#text.slice(this.#read));
  }

  #show(): void {
    this.#surface.beginPaint();
    this.#children.update(this.#lexer.root.children);
    this.#surface.define(this.#lexer.takeFresh());
  }
}

/** A line may end with a carriage return and a line feed. */
function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
