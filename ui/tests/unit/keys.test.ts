import { beforeAll, describe, expect, it } from 'vitest';
import { AFTER_MS, composing, pressed, watchCompositions } from '../../src/keys/enter';
import { actionOf, chord, chordOf, KEYS, printed, type Changed } from '../../src/keys/chords';
import { anyChanged, holderOf, rebound, refusalOf, setBack, unfinished } from '../../src/keys/rebinding';

/** A key press as a browser tells it. */
function press(key: string, given: KeyboardEventInit & { keyCode?: number; at?: number } = {}): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { key, ...given });
  Object.defineProperty(event, 'timeStamp', { value: given.at ?? 100_000 });
  return event;
}

describe('Enter', () => {
  let ends: (event: Event) => void;
  beforeAll(() => watchCompositions({ addEventListener: (_type: string, heard: unknown) => (ends = heard as typeof ends) }));
  const composed = (at: number) => ends({ timeStamp: at } as Event);

  it('is the visitor’s own', () => expect(pressed(press('Enter'), 'Enter')).toBe(true));
  it('belongs to the input method while it composes', () => {
    expect(composing(press('Enter', { isComposing: true }))).toBe(true);
    expect(composing(press('Process', { keyCode: 229 }))).toBe(true);
    expect(composing(press('a', { keyCode: 229 }))).toBe(true);
  });
  it('belongs to it just after, as Safari tells it', () => {
    composed(5_000);
    expect(pressed(press('Enter', { at: 5_000 + AFTER_MS - 1 }), 'Enter')).toBe(false);
    expect(pressed(press('Enter', { at: 5_000 + AFTER_MS }), 'Enter')).toBe(true);
  });
  it('and only Enter: other keys after a composition count', () => {
    composed(7_000);
    expect(pressed(press('Escape', { at: 7_001 }), 'Escape')).toBe(true);
  });
});

describe('shortcuts', () => {
  it('are written as they are pressed', () => {
    expect(chord(press('k', { ctrlKey: true }))).toBe('Mod+K');
    expect(chord(press('O', { metaKey: true, shiftKey: true }))).toBe('Mod+Shift+O');
    expect(chord(press('?', { shiftKey: true }))).toBe('?');
    expect(chord(press(':', { ctrlKey: true, shiftKey: true, code: 'Semicolon' }))).toBe('Mod+Shift+;');
    expect(chord(press('ArrowUp', { altKey: true }))).toBe('Alt+ArrowUp');
  });
  it('are those of the keyboard that is there', () => {
    // Japanese: Shift and the key of the semicolon type a plus. French: the letter M stands where others have a semicolon.
    expect(chord(press('+', { ctrlKey: true, shiftKey: true, code: 'Semicolon' }))).toBe('Mod+Shift+;');
    expect(chord(press('M', { ctrlKey: true, shiftKey: true, code: 'Semicolon' }))).toBe('Mod+Shift+M');
    expect(chord(press('л', { ctrlKey: true, code: 'KeyK' }))).toBe('Mod+K');
    expect(chord(press('ㅏ', { ctrlKey: true, code: 'KeyK' }))).toBe('Mod+K');
    expect(chord(press('\u02da', { altKey: true, code: 'KeyK' }))).toBe('Alt+K');
    expect(chord(press('Dead', { altKey: true, code: 'KeyN' }))).toBe('Alt+N');
    // Dvorak types K where others have V.
    expect(chord(press('k', { ctrlKey: true, code: 'KeyV' }))).toBe('Mod+K');
    expect(chord(press('"', { ctrlKey: true, shiftKey: true, code: 'Digit2' }))).toBe('Mod+Shift+2');
    expect(chord(press('?', { shiftKey: true, code: 'Minus' }))).toBe('?');
    expect(chord(press('+', { ctrlKey: true, code: 'Equal' }))).toBe('Mod+Plus');
    expect(chord(press(' ', { ctrlKey: true, code: 'Space' }))).toBe('Mod+Space');
  });
  it('are each there once, and leave reloading to the browser', () => {
    const all = KEYS.map(([, keys]) => keys);
    expect(new Set(all).size).toBe(all.length);
    expect(all).not.toContain('Mod+R');
  });
  it('are printed as the keyboard prints them', () => {
    expect(printed('Mod+Shift+;', false)).toBe('Ctrl+Shift+;');
    expect(printed('Mod+Shift+;', true)).toBe('⌘ ⇧ ;');
    expect(printed('Mod+Plus', false)).toBe('Ctrl++');
  });
});

describe('other keys for an action', () => {
  const refusal = (keys: string, { mac = false, altGraph = false } = {}) =>
    refusalOf(keys, { getModifierState: (name) => altGraph && name === 'AltGraph' }, mac);

  it('cannot be those of the browser or of fields', () => {
    for (const keys of ['Mod+R', 'Mod+W', 'Mod+T', 'Mod+N', 'Mod+Shift+T', 'Mod+F', 'Mod+P', 'Mod+1', 'Mod+Plus', 'F5', 'Alt+ArrowLeft', 'Mod+Tab']) {
      expect(refusal(keys), keys).toBe('browser');
    }
    for (const keys of ['Escape', 'Enter', 'Mod+Enter', 'Tab', 'Space', 'Backspace', 'ArrowUp', 'Mod+ArrowLeft', 'Mod+A', 'Mod+C', 'Mod+V', 'Mod+Shift+Z', 'Home']) {
      expect(refusal(keys), keys).toBe('field');
    }
    expect(refusal('Mod+Alt+@', { altGraph: true })).toBe('field');
    expect(refusal('Alt+K', { mac: true })).toBe('field');
    expect(refusal('Alt+K')).toBe(null);
  });
  it('can be letters, which work outside of fields, and others with Ctrl or ⌘', () => {
    for (const keys of ['X', '/', 'Mod+J', 'Mod+Shift+K', 'Mod+.', 'F2', 'Shift+Escape', 'Alt+ArrowUp']) expect(refusal(keys), keys).toBe(null);
  });
  it('are never refused where the table has them', () => {
    for (const [action, keys] of KEYS) if (action !== 'stop') expect(refusal(keys), keys).toBe(null);
  });
  it('are not there before the last key is', () => {
    expect(unfinished(press('Control'))).toBe(true);
    expect(unfinished(press('k', { ctrlKey: true }))).toBe(false);
  });

  it('take the place of the old ones', () => {
    const changed = rebound({}, 'fresh', 'Mod+J');
    expect(changed).toEqual({ fresh: 'Mod+J' });
    expect(actionOf('Mod+J', changed)).toBe('fresh');
    expect(actionOf('Mod+Shift+O', changed)).toBeUndefined();
  });
  it('are swapped with the action that has them, and back', () => {
    expect(holderOf('Mod+B', 'palette', {})).toBe('sidebar');
    expect(holderOf('Mod+K', 'palette', {})).toBe(null);
    const swapped = rebound({}, 'palette', 'Mod+B');
    expect(swapped).toEqual({ palette: 'Mod+B', sidebar: 'Mod+K' });
    expect(actionOf('Mod+K', swapped)).toBe('sidebar');
    expect(setBack(swapped, 'palette')).toEqual({});
  });
  it('go three ways round, and nobody is left with those of another', () => {
    let changed: Changed = rebound({}, 'palette', 'Mod+B');
    changed = rebound(changed, 'fresh', 'Mod+K');
    for (const [action] of KEYS) expect(actionOf(chordOf(action, changed), changed)).toBe(action);
    changed = setBack(changed, 'sidebar');
    for (const [action] of KEYS) expect(actionOf(chordOf(action, changed), changed)).toBe(action);
    expect(chordOf('sidebar', changed)).toBe('Mod+B');
    expect(anyChanged(changed)).toBe(true);
  });
  it('that a visitor chose go before those that a later version brings', () => {
    expect(actionOf('Mod+B', { fresh: 'Mod+B' })).toBe('fresh');
  });
});
