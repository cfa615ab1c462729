// The text of a paragraph, a heading or a table cell on the page.
//
// Every part of a text is exactly one node, so the parts that were already there keep their nodes when more text arrives:
// a selection in them survives, and the browser lays out only what is new.

import type { Spot } from './block';
import { button, element } from './element';
import { showFootnote } from './footnotes';
import { parseInline } from './inline';
import { showFormula } from './math';
import { plainText, type Inline } from './piece';
import { placeText, placeWhole } from './places';
import type { Repaintable, Surface } from './surface';

interface Content {
  readonly text: string;
  readonly from: number;
  readonly spots: readonly Spot[];
  readonly open: boolean;
  /** The text may start with `[ ]` or `[x]`. */
  readonly task: boolean;
}

export class WordsView implements Repaintable {
  #content: Content | null = null;
  #shown: readonly Inline[] = [];

  constructor(
    readonly element: HTMLElement,
    private readonly surface: Surface,
  ) {}

  set(content: Content): void {
    const before = this.#content;
    this.#content = content;
    const same = before?.text === content.text && before.from === content.from && before.task === content.task;
    if (!same || before.open !== content.open) this.repaint();
  }

  repaint(): void {
    if (this.#content === null) return;
    const { text, open, task, spots } = this.#content;
    let from = this.#content.from;
    const box = task ? /^\[([ xX])\](?=\s)/.exec(text.slice(from, from + 4)) : null;
    if (box !== null) from += 3;
    const parts = parseInline(text, from, this.surface.scope(open, this));
    if (box !== null) parts.unshift({ kind: 'checkbox', at: from - 3, checked: box[1] !== ' ' });
    this.#patch(this.element, this.#shown, parts, spots);
    this.#shown = parts;
    // Those who hear the page are told what the box in front of the text is about.
    const first = this.element.firstChild;
    if (first instanceof HTMLInputElement) first.setAttribute('aria-label', plainText(parts).trim());
  }

  #patch(parent: Node, before: readonly Inline[], after: readonly Inline[], spots: readonly Spot[]): void {
    let node = parent.firstChild;
    let index = 0;
    for (; index < after.length && node !== null; index += 1) {
      const old = before[index];
      const part = after[index];
      if (old === undefined || part === undefined || !this.#reuse(node, old, part, spots)) break;
      node = node.nextSibling;
    }
    while (node !== null) {
      const next: ChildNode | null = node.nextSibling;
      node.remove();
      node = next;
    }
    for (; index < after.length; index += 1) {
      const part = after[index];
      if (part !== undefined) parent.appendChild(this.#make(part, spots));
    }
  }

  /** Makes an old node show a new part, if it can. */
  #reuse(node: Node, old: Inline, part: Inline, spots: readonly Spot[]): boolean {
    switch (part.kind) {
      case 'text':
        if (old.kind !== 'text' || !(node instanceof Text)) return false;
        if (part.text.startsWith(old.text)) {
          if (part.text.length > old.text.length) node.appendData(part.text.slice(old.text.length));
        } else {
          node.data = part.text;
        }
        placeText(node, spots, part.at);
        return true;
      case 'code':
        if (old.kind !== 'code') return false;
        if (old.text !== part.text) node.textContent = part.text;
        placeText(node, spots, part.at);
        return true;
      case 'strong':
      case 'emphasis':
      case 'strike':
        if (old.kind !== part.kind) return false;
        this.#patch(node, old.children, part.children, spots);
        return true;
      case 'link':
        if (old.kind !== 'link' || !(node instanceof HTMLAnchorElement)) return false;
        if (old.href !== part.href || old.title !== part.title) setTarget(node, part.href, part.title);
        this.#patch(node, old.children, part.children, spots);
        return true;
      case 'math':
        return old.kind === 'math' && old.tex === part.tex && old.display === part.display && old.at === part.at;
      case 'footnote':
        return old.kind === 'footnote' && old.label === part.label && old.at === part.at;
      case 'image':
        return old.kind === 'image' && old.href === part.href && old.alt === part.alt && old.at === part.at;
      case 'checkbox':
        return old.kind === 'checkbox' && old.checked === part.checked;
      case 'break':
        return old.kind === 'break' && old.at === part.at;
      case 'picture':
        return false;
    }
  }

  #make(part: Inline, spots: readonly Spot[]): Node {
    switch (part.kind) {
      case 'text': {
        const node = document.createTextNode(part.text);
        placeText(node, spots, part.at);
        return node;
      }
      case 'code': {
        const node = element('code', '', part.text);
        placeText(node, spots, part.at);
        return node;
      }
      case 'strong':
        return this.#group(element('strong'), part.children, spots);
      case 'emphasis':
        return this.#group(element('em'), part.children, spots);
      case 'strike':
        return this.#group(element('del'), part.children, spots);
      case 'link': {
        const link = element('a');
        setTarget(link, part.href, part.title);
        return this.#group(link, part.children, spots);
      }
      case 'math':
        return placed(showFormula(element('span', 'math'), part.tex, part.display, this.surface), spots, part.at);
      case 'footnote':
        return placed(this.#reference(part.label), spots, part.at);
      case 'image':
        return placed(this.#picture(part.href, part.alt), spots, part.at);
      case 'checkbox':
        return placed(checkbox(part.checked), spots, part.at);
      case 'break':
        return placed(element('br'), spots, part.at);
      case 'picture':
        return document.createTextNode('');
    }
  }

  #group(into: HTMLElement, children: readonly Inline[], spots: readonly Spot[]): HTMLElement {
    for (const child of children) into.append(this.#make(child, spots));
    return into;
  }

  #reference(label: string): HTMLElement {
    const jump = button(label, 'footnote-reference', () => {
      showFootnote(this.surface.root, label);
    });
    return element('sup', '', jump);
  }

  /** Images are never fetched: that would tell a stranger's server who reads what. The reader may follow the link. */
  #picture(href: string, alt: string): HTMLElement {
    const word = element('span', 'picture-word', this.surface.options.words.image);
    if (href === '') return element('span', 'picture', word, ' ', alt);
    const link = element('a', '', alt === '' ? href : alt);
    setTarget(link, href, '');
    return element('span', 'picture', word, ' ', link);
  }
}

function placed<Made extends Node>(node: Made, spots: readonly Spot[], at: number): Made {
  placeWhole(node, spots, at);
  return node;
}

function checkbox(checked: boolean): HTMLElement {
  const box = element('input');
  box.type = 'checkbox';
  box.disabled = true;
  // The attribute and not only the property: it stays when the page is copied or printed.
  box.toggleAttribute('checked', checked);
  return box;
}

/** An address that has been judged by `allowed`; an empty one is still being written. */
function setTarget(link: HTMLAnchorElement, href: string, title: string): void {
  if (href === '') link.removeAttribute('href');
  else link.setAttribute('href', href);
  link.rel = 'noopener noreferrer nofollow';
  link.target = '_blank';
  if (title === '') link.removeAttribute('title');
  else link.title = title;
}
