// The grammars of highlight.js, and the code they make nodes of.
//
// It hands its tokens to an emitter; ours builds nodes, so that no HTML text is ever parsed.

import type { Emitter } from 'highlight.js';
import highlighter from 'highlight.js/lib/common';

/** Longer code stays plain: highlighting is one long task. */
const LONGEST_CODE = 20_000;

/** The code as highlighted nodes, or null if its language is not known. */
export function highlight(code: string, language: string): DocumentFragment | null {
  if (code.length > LONGEST_CODE || highlighter.getLanguage(language) === undefined) return null;
  const emitter = highlighter.highlight(code, { language, ignoreIllegals: true })._emitter;
  // A grammar that loses characters would falsify the code: then the plain text stays.
  return emitter instanceof NodeEmitter && emitter.root.textContent === code ? emitter.root : null;
}

class NodeEmitter implements Emitter {
  readonly root = document.createDocumentFragment();
  private readonly open: (DocumentFragment | HTMLElement)[] = [this.root];

  // highlight.js itself says `openNode` and `closeNode`, grammars say `startScope` and `endScope`.
  openNode(name: string): void {
    this.startScope(name);
  }

  closeNode(): void {
    this.endScope();
  }

  startScope(name: string): void {
    const span = document.createElement('span');
    span.className = classOf(name);
    this.top.append(span);
    this.open.push(span);
  }

  endScope(): void {
    if (this.open.length > 1) this.open.pop();
  }

  addText(text: string): void {
    if (text !== '') this.top.append(text);
  }

  __addSublanguage(emitter: Emitter, _name: string): void {
    if (emitter instanceof NodeEmitter) this.top.append(emitter.root);
  }

  finalize(): void {
    this.open.length = 1;
  }

  toHTML(): string {
    return '';
  }

  private get top(): DocumentFragment | HTMLElement {
    return this.open[this.open.length - 1] ?? this.root;
  }
}

/** The class names of highlight.js's themes: `title.function` is `hljs-title function_`. */
function classOf(scope: string): string {
  const [first = '', ...rest] = scope.split('.');
  return [`hljs-${first}`, ...rest.map((name, depth) => name + '_'.repeat(depth + 1))].join(' ');
}

highlighter.configure({ __emitter: NodeEmitter });
