// How this browser's visitor likes the page. Kept here, not on the server: a phone differs from a desk.

import type { Changed } from '../keys/chords';
import { keep, kept } from './keeping';

export interface Preferences {
  theme: 'system' | 'light' | 'dark';
  language: 'en' | 'ja';
  /** What Enter does in the composer; the other one takes Ctrl or ⌘ with it. */
  enter: 'send' | 'newline';
  seams: 'shown' | 'hidden';
  width: 'narrow' | 'wide';
  /** While an answer grows: follow its end, keep the question at the top, or stay. */
  scroll: 'follow' | 'question' | 'off';
  shortcuts: 'on' | 'off';
  /** Shortcuts that are not the table's. */
  keys: Changed;
  /** Tell by the system's notifications when an answer ends while nobody looks. */
  notify: 'on' | 'off';
  sidebar: 'open' | 'closed';
  /** In CSS pixels. */
  sidebarWidth: number;
  /** Models by their ids. */
  favourites: readonly string[];
}

const touch = () => typeof matchMedia === 'function' && matchMedia('(pointer: coarse)').matches;

const standard = (): Preferences => ({
  theme: 'system',
  language: navigator.language.toLowerCase().startsWith('ja') ? 'ja' : 'en',
  enter: touch() ? 'newline' : 'send',
  seams: 'shown',
  width: 'narrow',
  scroll: 'follow',
  shortcuts: 'on',
  keys: {},
  notify: 'off',
  sidebar: 'open',
  sidebarWidth: 272,
  favourites: [],
});

let current = $state.raw<Preferences>({ ...standard(), ...kept<Partial<Preferences>>('preferences') });

/** The preferences as they stand: reactive. */
export const preferences = (): Preferences => current;

export function prefer(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  keep('preferences', current);
}

export const toggleFavourite = (model: string): void => {
  const others = current.favourites.filter((one) => one !== model);
  prefer({ favourites: others.length < current.favourites.length ? others : [...others, model] });
};

export const toggleSeams = (): void => prefer({ seams: current.seams === 'shown' ? 'hidden' : 'shown' });
