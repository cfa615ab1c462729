// Waiting for a moment in which nothing else is to be done.

const PATIENCE_MILLISECONDS = 200;

/** Calls when the page has nothing else to do. */
export function whenIdle(work: () => void): void {
  // Not every browser tells.
  if ('requestIdleCallback' in globalThis) requestIdleCallback(work);
  else setTimeout(work, PATIENCE_MILLISECONDS);
}
