// Sticky scroll for an element: watches it, its content and the reader.

import { grown, pinned, put, scrolled, sent, shrunk, START, stayed, yielded, type Sticky } from './sticky';

export interface Scroller {
  /** Goes to the end and follows it. */
  toEnd(smooth?: boolean): void;
  /** Puts an element this far below the top of the view, and goes on following the end. */
  place(element: Element, below: number, smooth?: boolean): void;
  /** Stays where it is, whatever grows. */
  stay(): void;
  destroy(): void;
}

export interface Watched {
  readonly view: HTMLElement;
  /** The text that grows. */
  readonly content: HTMLElement;
  /** How much of the view's end is covered, in pixels. */
  covered(): number;
  /** Whether growth moves the view at all. */
  follows(): boolean;
  /** Told on each change: whether the end is followed, and how much is below the view. */
  told(pinned: boolean, below: number): void;
}

const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
const UPWARD = new Set(['ArrowUp', 'PageUp', 'Home']);

export function scroller({ view, content, covered, follows, told }: Watched): Scroller {
  let sticky: Sticky = START;
  // Where the view stands when the end of the text is just above what covers it.
  const end = () => content.offsetTop + content.offsetHeight + covered() - view.clientHeight;
  const tell = () => {
    // Browsers keep the text in its place while the reader reads; while we follow, that would fight us.
    view.style.overflowAnchor = sticky.pinned ? 'none' : 'auto';
    told(sticky.pinned, end() - view.scrollTop);
  };
  const move = (top: number, smooth = false) => {
    const target = Math.max(0, Math.min(top, view.scrollHeight - view.clientHeight));
    const smoothly = smooth && !calm();
    sticky = smoothly ? sent(sticky, target) : put(sticky, target);
    view.scrollTo({ top: target, behavior: smoothly ? 'smooth' : 'instant' });
    tell();
  };
  const yields = () => {
    sticky = yielded(sticky);
    tell();
  };

  const onScroll = () => {
    sticky = scrolled(sticky, view.scrollTop, end() - view.scrollTop);
    tell();
  };
  const onWheel = (event: WheelEvent) => event.deltaY < 0 && yields();
  const onKey = (event: KeyboardEvent) => {
    const typing = event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
    if (!typing && (UPWARD.has(event.key) || (event.key === ' ' && event.shiftKey))) yields();
  };
  let finger = 0;
  const onTouch = (event: TouchEvent) => (finger = event.touches[0]?.clientY ?? 0);
  const onDrag = (event: TouchEvent) => (event.touches[0]?.clientY ?? 0) > finger + 3 && yields();
  const onSelect = () => {
    const selection = document.getSelection();
    if (selection && !selection.isCollapsed && content.contains(selection.anchorNode)) yields();
  };
  const growth = new ResizeObserver(() => {
    // The reader's own scrolls of this frame were told before: what differs now, the layout did.
    sticky = shrunk(sticky, view.scrollTop);
    const top = follows() ? grown(sticky, end()) : null;
    if (top === null) tell();
    else move(top);
  });

  growth.observe(content);
  growth.observe(view);
  view.addEventListener('scroll', onScroll, { passive: true });
  view.addEventListener('wheel', onWheel, { passive: true });
  view.addEventListener('touchstart', onTouch, { passive: true });
  view.addEventListener('touchmove', onDrag, { passive: true });
  view.addEventListener('keydown', onKey);
  document.addEventListener('selectionchange', onSelect);
  return {
    toEnd(smooth) {
      sticky = pinned(sticky);
      move(end(), smooth);
    },
    place(element, below, smooth) {
      sticky = pinned(sticky);
      move(view.scrollTop + element.getBoundingClientRect().top - view.getBoundingClientRect().top - below, smooth);
    },
    stay() {
      sticky = stayed(sticky);
      tell();
    },
    destroy() {
      growth.disconnect();
      view.removeEventListener('scroll', onScroll);
      view.removeEventListener('wheel', onWheel);
      view.removeEventListener('touchstart', onTouch);
      view.removeEventListener('touchmove', onDrag);
      view.removeEventListener('keydown', onKey);
      document.removeEventListener('selectionchange', onSelect);
    },
  };
}
