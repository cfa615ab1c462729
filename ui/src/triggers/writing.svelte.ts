// Writes into the message field as the visitor would, so that what was written can be undone.

import { blankBeside, blanksOf, type Blank } from './blanks';

/** Whether a prompt was put into the field whose blanks are being filled in. */
let filling = $state(false);

export const isFilling = (): boolean => filling;

export const fillingEnds = (): void => {
  filling = false;
};

/** The message field that is on the page. */
export const messageField = (): HTMLTextAreaElement | null => document.querySelector('textarea#message');

/** Puts a text in place of a stretch of the field. */
export function write(field: HTMLTextAreaElement, from: number, to: number, text: string): void {
  field.focus();
  field.setSelectionRange(from, to);
  if (from === to && !text) return;
  // Deprecated, and still the only way that keeps the field's history.
  const written = text ? document.execCommand('insertText', false, text) : document.execCommand('delete');
  if (written) return;
  field.setRangeText(text, from, to, 'end');
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
}

/** Puts a prompt in place of a stretch of the field, and selects the first of its blanks. */
export function writePrompt(field: HTMLTextAreaElement, from: number, to: number, text: string): void {
  write(field, from, to, text);
  const [first] = blanksOf(text);
  filling = first !== undefined;
  if (first) select(field, { from: from + first.from, to: from + first.to });
}

/** Selects the blank beside the caret; whether there is one. */
export function toBlank(field: HTMLTextAreaElement, way: 'next' | 'previous'): boolean {
  const blank = blankBeside(field.value, { from: field.selectionStart, to: field.selectionEnd }, way);
  if (blank) select(field, blank);
  return blank !== null;
}

function select(field: HTMLTextAreaElement, { from, to }: Blank): void {
  field.focus();
  field.setSelectionRange(from, to);
}
