// Which dialog is open, of those that cover the page.

import type { Id } from '../api/wire';

export type Dialog =
  | { kind: 'settings' }
  | { kind: 'preferences' }
  | { kind: 'palette' }
  | { kind: 'keys' }
  | { kind: 'usage' }
  | { kind: 'connect' }
  | { kind: 'details'; message: Id };

let current = $state.raw<Dialog | null>(null);

export const dialog = (): Dialog | null => current;

export const show = (next: Dialog | null): void => {
  current = next;
};
