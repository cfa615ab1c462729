// What comes later: not before the page can be used, and then ahead, so that nobody waits for it.

import { whenIdle } from '../markdown/idle';
import { thread } from './stages';

const PATIENCE_MS = 200;

/** What is on the page now is painted with the next frame, and was painted with the one after it. */
const painted = () => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));

/** Loads what stands beside a text when the text is on the page, which it must not keep waiting. */
export async function besides<Part>(part: () => Promise<Part>): Promise<Part> {
  await thread();
  await painted();
  await new Promise<void>((resolve) => {
    whenIdle(resolve);
    // While an answer is written the page may not be idle for long.
    setTimeout(resolve, PATIENCE_MS);
  });
  return part();
}

let begun = false;

/** Loads the rest, a part at a time, when what fills the page is there and nothing else is to be done. */
export async function loadAhead(stage: Promise<unknown>): Promise<void> {
  if (begun) return;
  begun = true;
  await stage;
  await painted();
  whenIdle(load);
}

/** Why parts could not be had that nobody had asked for yet: that is no news. */
export const unasked = new WeakSet<Error>();

async function load(): Promise<void> {
  try {
    const { parts } = await import('./later');
    for (const part of parts) {
      await new Promise<void>(whenIdle);
      await part();
    }
  } catch (failure) {
    if (failure instanceof Error) unasked.add(failure);
    // A part that cannot be had now is asked for again when it is wanted.
  }
}
