// The state of the page, as the views see it: one value, replaced by `fold`.

import { untrack } from 'svelte';
import type { Told } from '../api/wire';
import { fold, type Event } from '../state/fold';
import { EMPTY, type State } from '../state/state';

/** How often a hidden page takes what it heard. */
const HIDDEN_MS = 200;

let current = $state.raw<State>(EMPTY);
let heard: { told: Told; now: number }[] = [];
let flushing = false;

/** The state as it stands: reactive. */
export const state = (): State => current;

/** The state as it stands, for what happens once: an effect that does it is not run again by it. */
export const stateNow = (): State => untrack(() => current);

/** Changes the state by an event, after everything the stream said before it. */
export function happened(event: Event): void {
  flush();
  current = fold(current, event);
}

/** Takes what the stream says; once a frame, so that a fast answer costs no more than the screen shows. */
export function streamSaid(told: Told): void {
  heard.push({ told, now: Date.now() });
  if (flushing) return;
  flushing = true;
  if (document.visibilityState === 'visible') requestAnimationFrame(flush);
  else setTimeout(flush, HIDDEN_MS);
}

// A hidden page gets no frames, also not the one it waits for, but still has to know when an answer ends.
document.addEventListener('visibilitychange', () => flushing && setTimeout(flush, HIDDEN_MS));

function flush(): void {
  flushing = false;
  if (!heard.length) return;
  const events = heard;
  heard = [];
  current = events.reduce((now, one) => fold(now, { type: 'told', ...one }), current);
}
