// CommonMark's own examples (https://spec.commonmark.org/0.31.2/), except where this module differs on purpose.

import { tests } from 'commonmark-spec';
import { describe, expect, test } from 'vitest';
import { asHtml, once } from './page';

/** Examples that differ, by number, with the reason. */
const DIFFERENT = new Map<number, string>([
  ...[21, 31, 201, 308, 309, 344, 475, 476, 477, 491, 494, 524, 536, 642, 643].map((number) => [number, 'raw HTML is text'] as const),
  ...[200, 485, 486, 487, 567].map((number) => [number, 'an empty address leads nowhere'] as const),
  ...[596, 598, 599, 601].map((number) => [number, 'only some schemes are links'] as const),
  ...[602, 608, 611].map((number) => [number, 'bare addresses are links'] as const),
  [12, 'a formula in brackets'],
]);

/** Sections in which everything turns on raw HTML, which is text here. */
const SECTIONS = new Set(['HTML blocks', 'Raw HTML']);

/** Two HTML texts are the same if they parse to the same tree, but for white space between blocks. */
function normal(html: string): string {
  const document = new DOMParser().parseFromString(html, 'text/html');
  for (const code of document.querySelectorAll('pre > code')) {
    code.removeAttribute('class');
    code.textContent = (code.textContent ?? '').replace(/\n+$/, '');
  }
  for (const image of document.querySelectorAll('img')) image.replaceWith(`(${image.alt})`);
  // CommonMark's reference program percent-encodes more than browsers do.
  for (const link of document.querySelectorAll('a')) {
    const address = decodeURI(link.href).replace(/%5[BCD]/g, (code) => decodeURIComponent(code));
    link.setAttribute('href', address);
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts: Text[] = [];
  while (walker.nextNode()) texts.push(walker.currentNode as Text);
  for (const text of texts) {
    if (text.parentElement?.closest('pre') === null) text.data = text.data.replace(/\s*\n\s*/g, '\n');
  }
  document.body.normalize();
  return document.body.innerHTML.replace(/\s*(<\/?(?:p|ul|ol|li|blockquote|h\d|hr|br|pre)\b[^>]*>)\s*/g, '$1');
}

describe('CommonMark', () => {
  for (const { number, section, markdown, html } of tests) {
    if (SECTIONS.has(section) || DIFFERENT.has(number)) continue;
    test(`example ${number}, ${section}`, () => {
      expect(normal(asHtml(once(markdown.replace(/→/g, '\t'))))).toBe(normal(html.replace(/→/g, '\t')));
    });
  }
});
