// Which place of the source a node of the page shows.

import { sourceAt, type Spot } from './block';

/** Where the text of a node stands. `solid`: the characters in the node are not those of the source one by one. */
interface Place {
  readonly spots: readonly Spot[];
  readonly at: number;
  readonly solid: boolean;
}

const places = new WeakMap<Node, Place>();

/** Notes that the text of `node` starts at index `at` of a block's text. */
export function placeText(node: Node, spots: readonly Spot[], at: number): void {
  places.set(node, { spots, at, solid: false });
}

/** Notes that `node` as a whole stands at index `at` of a block's text. */
export function placeWhole(node: Node, spots: readonly Spot[], at: number): void {
  places.set(node, { spots, at, solid: true });
}

/** Notes that the element of a block starts at a source offset. */
export function placeBlock(element: Element, source: number): void {
  places.set(element, { spots: [{ text: 0, source }], at: 0, solid: true });
}

/** The source offset of a position in the page, looking no higher than `root`. */
export function sourceOf(root: Node, node: Node, offset: number): number | null {
  if (!root.contains(node)) return null;
  // A position between children is the start of the child behind it.
  const child = node.childNodes[offset];
  if (child !== undefined) return sourceOf(root, child, 0);
  for (let around: Node | null = node; around !== null && around !== root; around = around.parentNode) {
    const place = places.get(around);
    if (place === undefined) continue;
    return sourceAt(place.spots, place.at + (place.solid ? 0 : charactersBefore(around, node, offset)));
  }
  return null;
}

/** The characters inside of `around` that stand before a position. */
function charactersBefore(around: Node, node: Node, offset: number): number {
  const isText = node.nodeType === Node.TEXT_NODE;
  if (around === node) return isText ? offset : (node.textContent ?? '').length;
  let count = isText ? offset : (node.textContent ?? '').length;
  for (let inner: Node = node; inner !== around && inner.parentNode !== null; inner = inner.parentNode) {
    for (let before = inner.previousSibling; before !== null; before = before.previousSibling) {
      count += (before.textContent ?? '').length;
    }
  }
  return count;
}
