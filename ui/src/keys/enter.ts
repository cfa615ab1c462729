// Which key presses are the visitor's own, and which belong to the input method (Japanese, Chinese,
// Korean): Enter that ends a composition must never send, rename or choose anything.

/** How long after a composition an Enter still belongs to it: Safari ends it before the key press. */
export const AFTER_MS = 30;

let ended = Number.NEGATIVE_INFINITY;

/** Watches for the ends of compositions; call once. */
export function watchCompositions(target: Pick<EventTarget, 'addEventListener'> = document): void {
  target.addEventListener('compositionend', (event) => (ended = event.timeStamp), true);
}

/** Whether the input method has this key press. */
export function composing(event: KeyboardEvent): boolean {
  // 229 is what browsers report for a key that the input method took, where the flag is not set yet.
  if (event.isComposing || event.keyCode === 229) return true;
  return event.key === 'Enter' && event.timeStamp - ended < AFTER_MS;
}

/** Whether this is the visitor's own press of a key. */
export const pressed = (event: KeyboardEvent, key: string): boolean => event.key === key && !composing(event);
