// What is typed between asking for the palette and having it. A field takes it from the first key on, so
// that the input method has somewhere to compose in, and the palette goes on with what is in it.

import { pressed } from './enter';

interface Early {
  readonly field: HTMLInputElement;
  readonly before: Element | null;
  composing: boolean;
  ended: () => void;
}

let early: Early | null = null;

/** Takes what is typed from now on; `left` is told when the visitor goes elsewhere before the palette came. */
export function catchTyping(label: string, left: () => void): void {
  takeTyped();
  const field = document.createElement('input');
  field.className = 'field early';
  field.setAttribute('aria-label', label);
  field.autocomplete = 'off';
  field.spellcheck = false;
  const mine: Early = { field, before: document.activeElement, composing: false, ended: () => undefined };
  field.addEventListener('compositionstart', () => (mine.composing = true));
  field.addEventListener('compositionend', () => {
    mine.composing = false;
    mine.ended();
  });
  field.addEventListener('keydown', (event) => {
    if (!pressed(event, 'Escape')) return;
    event.preventDefault();
    event.stopPropagation();
    takeTyped();
    left();
  });
  early = mine;
  document.body.append(field);
  field.focus({ preventScroll: true });
}

/** Waits until no composition is under way: one that is interrupted would be lost. */
export const composed = (): Promise<void> =>
  new Promise((resolve) => {
    if (early?.composing) early.ended = () => setTimeout(resolve);
    else resolve();
  });

/** What was typed. The field goes away, and the focus is where it was before it. */
export function takeTyped(): string {
  if (!early) return '';
  const { field, before } = early;
  early = null;
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  field.remove();
  return field.value;
}
