// Which dialog is open, of those that cover the page.

import type { Id } from '../api/wire';
import { catchTyping, takeTyped } from '../keys/early';
import { words } from '../words/words.svelte';

export type Dialog =
  | { kind: 'settings' }
  | { kind: 'preferences' }
  | { kind: 'palette' }
  | { kind: 'keys' }
  | { kind: 'usage' }
  | { kind: 'connect' }
  /** The visitor's prompts; `text` is one to keep, if it is not empty. */
  | { kind: 'prompts'; text: string }
  | { kind: 'details'; message: Id };

let current = $state.raw<Dialog | null>(null);

export const dialog = (): Dialog | null => current;

export const show = (next: Dialog | null): void => {
  // Whoever asks for the palette types on at once, however long it takes to come.
  if (next?.kind === 'palette') catchTyping(words().search, () => (current = null));
  else takeTyped();
  current = next;
};
