// Giving an action other keys: which may be had, who has them, and what changes.

import { actionOf, chordOf, KEYS, type Action, type Changed } from './chords';

/** Why keys cannot be had. */
export type Refusal =
  /** The browser does something with them that a visitor counts on, or does not give them away. */
  | 'browser'
  /** A field needs them: to write, to send, to move about in it. */
  | 'field';

const MODIFIERS = ['Control', 'Shift', 'Alt', 'AltGraph', 'Meta', 'CapsLock', 'Fn', 'NumLock', 'OS', 'Hyper', 'Super'];

/** Whether only keys are held so far that go with another one. */
export const unfinished = ({ key }: KeyboardEvent): boolean => MODIFIERS.includes(key) || key === 'Unidentified' || key === 'Process';

// Tabs, windows, reloading, the address, finding, printing, size, tools of developers.
const BROWSERS = /^(?:Mod\+(?:Shift\+)?[RWTNQLFP]|Mod\+\d|Mod\+Shift\+[IJ]|Mod\+(?:Plus|-|=)|Mod\+Shift\+Delete|(?:Mod|Alt)\+(?:Shift\+)?(?:Tab|F4|Home|F5|PageUp|PageDown)|(?:Shift\+)?F(?:1|3|5|6|7|10|11|12)|Alt\+(?:Space|ArrowLeft|ArrowRight|D))$/;
// Marking, cutting, copying, pasting, undoing.
const CLIPBOARD = /^Mod\+(?:Shift\+)?[AVXZ]$|^Mod\+[CY]$/;
const MOVING = /(?:^|\+)(?:Enter|Tab|Space|Backspace|Delete|Insert|Home|End|PageUp|PageDown|ContextMenu)$/;
const ARROWS = /^(?:Mod\+)?(?:Shift\+)?Arrow|^Alt\+Shift\+Arrow/;

/** Why an action cannot have these keys; none when it can. */
export function refusalOf(chord: string, event: Pick<KeyboardEvent, 'getModifierState'>, mac: boolean): Refusal | null {
  if (BROWSERS.test(chord)) return 'browser';
  if (chord === 'Escape' || CLIPBOARD.test(chord) || MOVING.test(chord) || ARROWS.test(chord)) return 'field';
  // AltGr, and Option on a Mac, write characters.
  const writes = /\+.$/.test(chord) && !chord.includes('Dead');
  if (event.getModifierState('AltGraph') || (mac && writes && /^Alt\+/.test(chord))) return 'field';
  return null;
}

/** Which other action has these keys. */
export function holderOf(chord: string, action: Action, changed: Changed): Action | null {
  const holder = actionOf(chord, changed);
  return holder && holder !== action ? holder : null;
}

/** The changes with one more. What the table says anyway is no change. */
function withKeys(changed: Changed, action: Action, chord: string): Changed {
  const { [action]: _before, ...others } = changed;
  return chordOf(action, {}) === chord ? others : { ...others, [action]: chord };
}

/** An action gets these keys; who had them gets those it had. */
export function rebound(changed: Changed, action: Action, chord: string): Changed {
  const holder = holderOf(chord, action, changed);
  const before = chordOf(action, changed);
  const after = withKeys(changed, action, chord);
  return holder ? withKeys(after, holder, before) : after;
}

/** An action gets the table's keys again; who had them meanwhile gives them up for its own or for those that become free. */
export function setBack(changed: Changed, action: Action): Changed {
  return rebound(changed, action, chordOf(action, {}));
}

/** Whether an action has other keys than the table's. */
export const isChanged = (changed: Changed, action: Action): boolean => changed[action] !== undefined;

export const anyChanged = (changed: Changed): boolean => KEYS.some(([action]) => isChanged(changed, action));
