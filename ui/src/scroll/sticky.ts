// Scrolling that follows the end of a growing text, and yields to the reader. Numbers in, numbers out:
// what it means for an element is in follow.ts.

export interface Sticky {
  /** Whether the view follows the end. */
  readonly pinned: boolean;
  /** Where the view was last seen, in pixels from the top. */
  readonly top: number;
  /** Where we put it ourselves: a scroll to this place is not the reader's. */
  readonly expected: number | null;
}

/** How near the end counts as being there. */
export const NEAR_PX = 60;
/** How far up counts as the reader's wish. */
const UP_PX = 3;
/** Browsers round. */
const ROUNDING_PX = 2;

export const START: Sticky = { pinned: true, top: 0, expected: null };

/** The view was scrolled, by us or by the reader; `below` is how much of the text is below the view. */
export function scrolled(sticky: Sticky, top: number, below: number): Sticky {
  if (sticky.expected !== null) {
    const left = Math.abs(top - sticky.expected);
    if (left <= ROUNDING_PX) return { ...sticky, top, expected: null };
    // On the way there, if it goes there smoothly.
    if (left < Math.abs(sticky.top - sticky.expected)) return { ...sticky, top };
  }
  if (top < sticky.top - UP_PX) return { pinned: false, top, expected: null };
  // Only a reader who goes down comes back to the end; a text that shrinks does not bring him there.
  const pinned = sticky.pinned || (top > sticky.top && below <= NEAR_PX);
  return { pinned, top, expected: null };
}

/** The reader showed a wish to stay: a wheel, a finger or a key upwards, a selection. */
export const yielded = (sticky: Sticky): Sticky => ({ ...sticky, pinned: false, expected: null });

/** The reader wants the end. */
export const pinned = (sticky: Sticky): Sticky => ({ ...sticky, pinned: true });

/** The text grew: where the view has to go; nowhere when it does not follow, and never up. */
export function grown(sticky: Sticky, end: number): number | null {
  return sticky.pinned && end > (sticky.expected ?? sticky.top) + 0.5 ? end : null;
}

/** The text got shorter, and the browser moved the view up to what there is: that is no reader's wish. */
export function shrunk(sticky: Sticky, top: number): Sticky {
  if (top >= sticky.top) return sticky;
  return sticky.expected !== null && sticky.expected < top ? { ...sticky, top } : put(sticky, top);
}

/** We do not follow any more, but go where we are sent. */
export const stayed = (sticky: Sticky): Sticky => ({ ...sticky, pinned: false });

/** We send the view there, smoothly. */
export const sent = (sticky: Sticky, target: number): Sticky => ({ ...sticky, expected: target });

/** We put the view there. */
export const put = (sticky: Sticky, top: number): Sticky => ({ ...sticky, top, expected: top });
