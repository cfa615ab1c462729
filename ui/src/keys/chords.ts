// Chords: which keys are pressed together, as they are written in the table, in the preferences and on the page.

import type { More } from '../words/more/en';

export type Action = keyof More['keys'];

/** Chords that differ from the table's, as the visitor chose them. */
export type Changed = Readonly<Partial<Record<Action, string>>>;

/** `Mod` is ⌘ on a Mac and Ctrl elsewhere. Those without Mod or Alt work only outside of fields, but for Escape. */
export const KEYS: readonly (readonly [Action, string])[] = [
  ['palette', 'Mod+K'],
  ['fresh', 'Mod+Shift+O'],
  ['sidebar', 'Mod+B'],
  ['model', 'Mod+Shift+M'],
  ['settings', 'Mod+,'],
  ['composer', 'Shift+Escape'],
  ['stop', 'Escape'],
  ['previous', 'Alt+ArrowUp'],
  ['following', 'Alt+ArrowDown'],
  ['copy', 'Mod+Shift+C'],
  ['code', 'Mod+Shift+;'],
  ['down', 'J'],
  ['up', 'K'],
  ['again', 'R'],
  ['edit', 'E'],
  ['goOn', 'C'],
  ['read', 'L'],
  ['seams', 'S'],
  ['help', '?'],
];

/** The chord of an action: the visitor's own, or the table's. */
export const chordOf = (action: Action, changed: Changed): string =>
  changed[action] ?? KEYS.find(([one]) => one === action)?.[1] ?? '';

/** The action that a chord asks for; one that the visitor gave it goes before the table's. */
export function actionOf(chord: string, changed: Changed): Action | undefined {
  const own = KEYS.find(([action]) => changed[action] === chord);
  return (own ?? KEYS.find(([action]) => chordOf(action, changed) === chord))?.[0];
}

// Names for keys whose own would be mistaken for what joins a chord, or not be seen.
const NAMES: Record<string, string> = { '+': 'Plus', ' ': 'Space' };

/** The key of an event, by what is printed on it rather than by what it types with Shift or Alt. */
function keyOf({ key, code, shiftKey, altKey }: KeyboardEvent): string {
  const upper = key.toUpperCase();
  if (key.length > 1 && key !== 'Dead') return key;
  if (/^[A-Z?]$/.test(upper)) return upper;
  // Alphabets other than the Latin one, and what Option makes of letters on a Mac: by the key's place.
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  if (letter && (altKey || key > '~')) return letter;
  // With Shift these are printed differently from country to country.
  if (shiftKey && code === 'Semicolon') return ';';
  if (shiftKey && code.startsWith('Digit')) return code.slice(5);
  return NAMES[key] ?? (upper.length === 1 ? upper : key);
}

/** The keys an event presses, as the table writes them. */
export function chord(event: KeyboardEvent): string {
  const key = keyOf(event);
  // Shift is part of how `?` is typed, not of what it is.
  const shift = event.shiftKey && key !== '?';
  return [event.metaKey || event.ctrlKey ? 'Mod' : '', event.altKey ? 'Alt' : '', shift ? 'Shift' : '', key].filter(Boolean).join('+');
}

const ON_MAC: Record<string, string> = { Mod: '⌘', Shift: '⇧', Alt: '⌥' };
const FACES: Record<string, string> = {
  Mod: 'Ctrl', ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→', Escape: 'Esc', Plus: '+',
};

/** A chord as it is printed on the keyboard. */
export function printed(chord: string, mac: boolean): string {
  const faces = chord.split('+').map((key) => (mac && ON_MAC[key]) || FACES[key] || key);
  return faces.join(mac ? ' ' : '+');
}
