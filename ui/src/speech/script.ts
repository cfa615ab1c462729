// From an answer on the page to what is said of it. It is taken from the page and not from the Markdown: there the marks
// are gone, and every word knows its place.

export interface Script {
  readonly text: string;
  readonly pieces: readonly Piece[];
}

interface Piece {
  /** Where it begins in the text. */
  readonly start: number;
  readonly node: Text;
}

/** What is said in the place of what cannot be read. */
export interface Stands {
  readonly code: string;
  readonly formula: string;
}

const SILENT = 'button, input, sup, svg, .table-actions, .table-more, .footnote-name, .picture-word, [hidden], iframe';
const BLOCKS = 'p, h1, h2, h3, h4, h5, h6, li, ul, ol, blockquote, tr, hr, .footnote, .table';
/** A formula so plain that its signs are its words. */
const SAYABLE = /^[\p{L}\p{N}\s=+<>.,%]{1,24}$/u;

/** What is said of what `box` shows. What was said of finished text stays as it is while more arrives. */
export function scriptOf(box: Element, stands: Stands): Script {
  let text = '';
  const pieces: Piece[] = [];
  let apart = false;
  let numbered = -1;
  // A line ends when the next one begins: the last may still grow.
  const line = () => (apart = text !== '' && text.length !== numbered);
  const say = (words: string) => {
    if (apart && words) text += '\n';
    if (words) apart = false;
    text += words;
  };
  const walk = (within: Node) => {
    for (const node of within.childNodes) {
      if (node instanceof Text) {
        if (!node.data) continue;
        // A line's end within a paragraph is a blank.
        say(node.data.replaceAll('\n', ' '));
        pieces.push({ start: text.length - node.length, node });
      } else if (node instanceof Element) element(node);
    }
  };
  const element = (node: Element) => {
    if (node.matches(SILENT)) return;
    if (node.matches('.code')) {
      line();
      say(stands.code);
      line();
    } else if (node.matches('.math')) say(formula(node, stands));
    else if (node.matches('td, th')) {
      if (node.previousElementSibling) say(', ');
      walk(node);
    } else if (node.matches('br')) say(' ');
    else if (node.matches('a') && /^(?:https?|mailto):/.test(node.textContent)) say(address(node.textContent));
    else if (node.matches(BLOCKS)) {
      line();
      const count = number(node);
      say(count);
      if (count) numbered = text.length;
      walk(node);
      line();
    } else walk(node);
  };
  walk(box);
  return { text, pieces };
}

function formula(node: Element, { formula: word }: Stands): string {
  const tex = node.querySelector('annotation')?.textContent ?? node.textContent;
  return SAYABLE.test(tex) ? tex : ` ${word} `;
}

/** Of an address, the name of its host: the rest is not for ears. */
const address = (text: string): string => text.replace(/^\w+:(?:\/\/)?/, '').replace(/[/?#].*$/s, '');

/** The number of an item, where it has one. */
function number(node: Element): string {
  const list = node.parentElement;
  if (!(node instanceof HTMLLIElement) || !(list instanceof HTMLOListElement)) return '';
  return `${list.start + [...list.children].indexOf(node)}. `;
}

/** The place on the page of a part of the text. */
export function placeOf({ text, pieces }: Script, start: number, end: number): Range | null {
  const inside = pieces.filter((piece) => piece.start < end && piece.start + piece.node.length > start);
  const [first, last] = [inside[0], inside.at(-1)];
  if (!first || !last || end > text.length) return null;
  const range = document.createRange();
  range.setStart(first.node, Math.max(0, start - first.start));
  range.setEnd(last.node, Math.min(last.node.length, end - last.start));
  return range;
}
