// What all parts of one rendering share.

import type { Lexer } from './lex';
import { Later } from './later';
import type { Target } from './links';
import type { Scope } from './inline';

/** The words that the rendering shows, in the reader's language. */
export interface Words {
  copy: string;
  copied: string;
  download: string;
  wrap: string;
  copyTable: string;
  downloadTable: string;
  image: string;
  openDiagram: string;
  showSource: string;
  /** What a footnote is called, for those who hear the page. */
  footnotes: string;
}

export interface Options {
  words: Words;
  /** Takes a text to copy; without it, the clipboard does. */
  onCopy?(text: string): void;
  /** Where the page that draws diagrams is served. */
  diagramFrame?: string;
}

/** Text of the page that can be painted anew when a definition arrives. */
export interface Repaintable {
  repaint(): void;
}

/** Work that could wait is done within a paint for so long. */
const PAINT_MILLISECONDS = 8;

export class Surface {
  readonly later = new Later();
  #paintEnds = 0;
  readonly #ending = new AbortController();
  /** Set when no more text comes: then a footnote that is not defined is text. */
  finished = false;
  readonly #waiting = new Map<string, Set<Repaintable>>();

  constructor(
    readonly lexer: Lexer,
    readonly options: Options,
    /** The element that holds it all. */
    readonly root: HTMLElement,
  ) {}

  /** What a text may refer to; `who` is painted anew when something it asked for arrives. */
  scope(open: boolean, who: Repaintable): Scope {
    return {
      open,
      target: (label): Target | undefined => {
        const found = this.lexer.definitions.get(label);
        if (found === undefined) this.#wait(label, who);
        return found;
      },
      footnote: (label): boolean => {
        if (this.lexer.footnotes.has(label)) return true;
        // Footnotes are defined at the end: until there is one, a reference is taken at its word.
        this.#wait(`^${label}`, who);
        return !this.finished;
      },
    };
  }

  /** A paint begins. */
  beginPaint(): void {
    this.#paintEnds = performance.now() + PAINT_MILLISECONDS;
  }

  /** Does work in this paint, so that nothing has to change on the page later; when the paint has taken long, later. */
  soon(work: () => void): void {
    if (performance.now() < this.#paintEnds) work();
    else this.later.add(work);
  }

  /** Paints what waited for the definitions that have arrived. */
  define(labels: readonly string[]): void {
    for (const label of labels) this.#repaint(label);
  }

  /** Paints the references to footnotes that nobody defined, as text. */
  finish(): void {
    this.finished = true;
    for (const label of [...this.#waiting.keys()]) {
      if (label.startsWith('^') && !this.lexer.footnotes.has(label.slice(1))) this.#repaint(label);
    }
    this.#waiting.clear();
  }

  /** Aborts when the text leaves the page: for listeners. */
  get gone(): AbortSignal {
    return this.#ending.signal;
  }

  /** The text leaves the page. */
  end(): void {
    this.later.stop();
    this.#ending.abort();
  }

  /** Copies a text, and tells when that is done. */
  copy(text: string, done: () => void): void {
    if (this.options.onCopy !== undefined) {
      this.options.onCopy(text);
      done();
    } else {
      // A browser that refuses leaves the button as it is: nothing is said to be copied that was not.
      navigator.clipboard.writeText(text).then(done, () => undefined);
    }
  }

  #wait(label: string, who: Repaintable): void {
    const others = this.#waiting.get(label);
    if (others === undefined) this.#waiting.set(label, new Set([who]));
    else others.add(who);
  }

  #repaint(label: string): void {
    const waiting = this.#waiting.get(label);
    this.#waiting.delete(label);
    for (const who of waiting ?? []) who.repaint();
  }
}

