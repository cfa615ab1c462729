import { beforeAll, describe, expect, it } from 'vitest';
import { AFTER_MS, composing, pressed, watchCompositions } from '../../src/keys/enter';
import { chord, KEYS } from '../../src/keys/shortcuts';

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
  it('are each there once, and leave reloading to the browser', () => {
    const all = KEYS.map(([, keys]) => keys);
    expect(new Set(all).size).toBe(all.length);
    expect(all).not.toContain('Mod+R');
  });
});
