// What comes later is loaded ahead, so that nobody waits for it: but not before the page can be used.

import { whenIdle } from '../markdown/idle';

let begun = false;

/** The page can be used now: loads the rest, a part at a time, while nothing else is to be done. */
export function loadAhead(): void {
  if (begun) return;
  begun = true;
  // What is on the page now is painted with the next frame.
  requestAnimationFrame(() => whenIdle(load));
}

async function load(): Promise<void> {
  try {
    const { parts } = await import('./later');
    for (const part of parts) {
      await new Promise<void>(whenIdle);
      await part();
    }
  } catch {
    // A part that cannot be had now is asked for again when it is wanted.
  }
}
