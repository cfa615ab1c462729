// The footnotes of an answer, gathered at its end wherever they are defined.
//
// A footnote keeps the name that its author gave it. Numbers by order of reference, as some renderers make them, would change
// while the text arrives.

import { element } from './element';
import { normalLabel } from './links';

export class Footnotes {
  private section: HTMLElement | null = null;
  private readonly list = element('ol');

  constructor(
    private readonly root: HTMLElement,
    private readonly title: string,
  ) {}

  /** The node before which the text of the answer goes. */
  get behindText(): Node | null {
    return this.section;
  }

  add(footnote: HTMLElement): void {
    if (this.section === null) {
      this.section = element('section', 'footnotes', this.list);
      this.section.setAttribute('aria-label', this.title);
      this.root.append(this.section);
    }
    this.list.append(footnote);
  }

  remove(footnote: HTMLElement): void {
    footnote.remove();
    if (this.list.childNodes.length > 0) return;
    this.section?.remove();
    this.section = null;
  }

  /** An item of the list, and the element that holds its text. */
  make(label: string): { item: HTMLElement; text: HTMLElement } {
    const text = element('div', 'footnote-text');
    const item = element('li', 'footnote', element('span', 'footnote-name', label), text);
    item.dataset['footnote'] = normalLabel(label);
    // It can take the focus when a reference leads here, but is not a stop of its own.
    item.tabIndex = -1;
    return { item, text };
  }

  /** Leads the reader to a footnote. */
  show(label: string): void {
    const name = normalLabel(label);
    for (const item of this.list.children) {
      if (item instanceof HTMLElement && item.dataset['footnote'] === name) {
        item.scrollIntoView({ block: 'nearest' });
        item.focus({ preventScroll: true });
        return;
      }
    }
  }
}
