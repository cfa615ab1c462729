// What the keyboard map does. The map is in `chords.ts`; it is shown, and changed, under `?`.

import { told } from '../app/acting';
import { show } from '../app/dialogs.svelte';
import { preferences } from '../app/preferences.svelte';
import { actionOf, chord, chordOf, printed, type Action } from './chords';
import { composing } from './enter';

export const MAC = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent);

/** A chord as it is printed on this machine's keyboard. */
export const facesOf = (chord: string): string => printed(chord, MAC);

/** The keys of an action as they stand, for those who read the page; none when shortcuts are off. */
export function keysOf(action: Action): string {
  const { shortcuts, keys } = preferences();
  if (shortcuts === 'off') return '';
  const faces = facesOf(chordOf(action, keys));
  return action === 'stop' ? `${faces} ${faces}` : faces;
}

/** What something is called, with the keys that do the same. */
export function hinted(name: string, action: Action): string {
  const keys = keysOf(action);
  return keys ? `${name} (${keys})` : name;
}

/** Does what a key press asks for, if it asks for something. */
export function shortcut(event: KeyboardEvent, page: { toggleSidebar: () => void }): void {
  const { shortcuts, keys: changed } = preferences();
  if (shortcuts === 'off' || event.defaultPrevented || composing(event)) return;
  const keys = chord(event);
  const action = actionOf(keys, changed);
  if (!action) return;
  const at = event.target;
  const typing = at instanceof HTMLElement && (at.matches('input, textarea, select') || at.isContentEditable);
  if (typing && !/Mod|Alt|Escape|F\d/.test(keys)) return;
  // Escape closes what is open, too.
  if (keys !== 'Escape') event.preventDefault();
  // What is typed from now on belongs to the palette: it waits for nothing.
  if (action === 'palette') show({ kind: 'palette' });
  else if (action === 'sidebar') page.toggleSidebar();
  else void import('./actions').then(({ perform }) => perform(action), told);
}
