// The mark at the end of a text that grows. It is moved by a transform and stands in no line, so it never
// moves anything and is no shift of the layout itself.

/** Keeps `mark` at the end of the text in `box`; both have the same origin. What it says stops it. */
export function caret(mark: HTMLElement, box: HTMLElement): () => void {
  let frame = 0;
  const range = document.createRange();
  const place = () => {
    frame = 0;
    const last = lastText(box);
    if (!last) {
      mark.hidden = true;
      return;
    }
    range.setStart(last, last.data.trimEnd().length - 1);
    range.setEnd(last, last.data.trimEnd().length);
    const at = [...range.getClientRects()].at(-1);
    if (!at) return;
    const origin = box.getBoundingClientRect();
    mark.hidden = false;
    mark.style.transform = `translate(${at.right - origin.left + 3}px, ${at.top - origin.top + (at.height - MARK_PX) / 2}px)`;
  };
  const soon = () => (frame ||= requestAnimationFrame(place));
  const watch = new MutationObserver(soon);
  watch.observe(box, { childList: true, characterData: true, subtree: true });
  soon();
  return () => {
    watch.disconnect();
    cancelAnimationFrame(frame);
    mark.hidden = true;
  };
}

/** The height of the mark, as its style has it. */
const MARK_PX = 17;

/** The last piece of text that can be seen; the words on buttons are none. */
function lastText(within: Node): Text | null {
  for (let node = within.lastChild; node; node = node.previousSibling) {
    if (node instanceof Text && node.data.trim()) return node;
    if (!(node instanceof HTMLElement) || node.matches('.code-head, .table-actions, .table-more, .footnote, [hidden]')) continue;
    const found = lastText(node);
    if (found) return found;
  }
  return null;
}
