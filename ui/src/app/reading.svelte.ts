// Which answer is read aloud. The reading itself is `speech/aloud.ts`, which comes with the bar that shows it.

import type { Id } from '../api/wire';

export interface Reading {
  readonly message: Id;
  readonly paused: boolean;
}

let current = $state.raw<Reading | null>(null);

export const reading = (): Reading | null => current;

const synthesis = typeof speechSynthesis === 'undefined' ? null : speechSynthesis;
const anyVoice = () => (synthesis?.getVoices().length ?? 0) > 0;

let voiced = $state(anyVoice());
// Browsers find their voices some time after they were first asked for.
synthesis?.addEventListener?.('voiceschanged', () => (voiced = anyVoice()));

/** Whether this browser has a voice: reactive. */
export const canRead = (): boolean => voiced;

/** Begins to read an answer, or pauses it, or goes on; whether there is a voice for it. */
export function toggleReading(message: Id | undefined): boolean {
  if (!synthesis || !voiced || !message) return false;
  if (current?.message === message) {
    current = { message, paused: !current.paused };
    return true;
  }
  synthesis.cancel();
  // Safari lets only those pages speak that began to in the click itself.
  synthesis.speak(new SpeechSynthesisUtterance(''));
  current = { message, paused: false };
  return true;
}

export const stopReading = (): void => {
  current = null;
};
