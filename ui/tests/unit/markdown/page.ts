// What the tests of the Markdown module share: a rendering in an element of its own, and its DOM as text.

import { afterAll } from 'vitest';
import { render, renderOnce, type Options, type Rendering } from '../../../src/markdown';

export const options: Options = {
  words: {
    copy: 'Copy',
    copied: 'Copied',
    download: 'Download',
    wrap: 'Wrap',
    copyTable: 'Copy table',
    downloadTable: 'Download table',
    image: 'Image',
    openDiagram: 'Show diagram',
    showSource: 'Show source',
    footnotes: 'Footnote',
  },
  onCopy: () => undefined,
  diagramFrame: 'about:blank',
};

export function place(): HTMLElement {
  const into = document.createElement('div');
  document.body.replaceChildren(into);
  return into;
}

const made: Rendering[] = [];
// What they put off would be done when there is no page any more.
afterAll(() => made.forEach((rendering) => rendering.destroy()));

/** The DOM of a finished text. */
export function once(source: string): HTMLElement {
  const into = place();
  made.push(renderOnce(into, source, options));
  return into;
}

/** A text that has arrived so far and is not finished. */
export function partly(source: string, more: Partial<Options> = {}): { into: HTMLElement; rendering: Rendering } {
  const into = place();
  const rendering = render(into, { ...options, ...more });
  made.push(rendering);
  rendering.push(source);
  rendering.flush();
  return { into, rendering };
}

/** The parts of a text between cuts. */
export function cut(source: string, cuts: readonly number[]): string[] {
  const sorted = [0, ...cuts.map((at) => at % (source.length + 1)), source.length].sort((a, b) => a - b);
  return sorted.slice(1).map((end, index) => source.slice(sorted[index], end));
}

/**
 * The DOM as CommonMark's HTML, as far as the two can be compared: our wrappers, attributes and the paragraphs of tight
 * lists taken away.
 */
export function asHtml(into: HTMLElement): string {
  const copy = into.cloneNode(true) as HTMLElement;
  for (const item of copy.querySelectorAll('ul:not(.loose) > li > p, ol:not(.loose) > li > p')) item.replaceWith(...item.childNodes);
  for (const code of copy.querySelectorAll('.code')) code.replaceWith(...code.querySelectorAll('pre'));
  for (const picture of copy.querySelectorAll('.picture')) {
    picture.querySelector('.picture-word')?.remove();
    const address = picture.querySelector('a')?.getAttribute('href');
    const alt = (picture.textContent ?? '').trim();
    picture.replaceWith(`(${alt === address ? '' : alt})`);
  }
  for (const element of copy.querySelectorAll('*')) {
    for (const { name } of [...element.attributes]) {
      if (!['href', 'title', 'start', 'checked'].includes(name)) element.removeAttribute(name);
    }
  }
  return copy.innerHTML;
}

/** Every node with its attributes, in an order of its own: two equal texts are two equal pages. */
export function tree(node: Node, indent = ''): string {
  if (!(node instanceof Element)) return `${indent}${JSON.stringify(node.textContent)}\n`;
  const attributes = [...node.attributes].map(({ name, value }) => ` ${name}=${JSON.stringify(value)}`).sort();
  const state = node instanceof HTMLInputElement ? String(node.checked) : '';
  const inside = [...node.childNodes].map((child) => tree(child, `${indent}  `)).join('');
  return `${indent}<${node.tagName}${attributes.join('')}${state}>\n${inside}`;
}
