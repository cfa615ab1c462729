// Footnotes.
//
// A footnote is shown where it is written, which is nearly always the end of the answer, under the name that its author gave
// it. Gathering and numbering them, as some renderers do, would move and change text that the reader has before his eyes
// whenever another one arrives.

import { element } from './element';
import { normalLabel } from './links';

/** The element of a footnote, and the element in it that holds its text. */
export function makeFootnote(label: string, word: string): { footnote: HTMLElement; text: HTMLElement } {
  const text = element('div', 'footnote-text');
  const footnote = element('div', 'footnote', element('span', 'footnote-name', label), text);
  footnote.dataset['footnote'] = normalLabel(label);
  footnote.setAttribute('role', 'note');
  footnote.setAttribute('aria-label', `${word}: ${label}`);
  // It can take the focus when a reference leads here, but is not a stop of its own.
  footnote.tabIndex = -1;
  return { footnote, text };
}

/** Leads the reader to a footnote. */
export function showFootnote(root: HTMLElement, label: string): void {
  const name = normalLabel(label);
  for (const footnote of root.querySelectorAll<HTMLElement>('.footnote')) {
    if (footnote.dataset['footnote'] !== name) continue;
    footnote.scrollIntoView({ block: 'nearest' });
    footnote.focus({ preventScroll: true });
    return;
  }
}
