// The visitor's own prompts. Kept in this browser with drafts and preferences, and sent nowhere before
// they are used.

import { newId } from '../api/id';
import type { Id } from '../api/wire';
import { keep, kept } from '../app/keeping';

export interface Prompt {
  readonly id: Id;
  readonly name: string;
  readonly text: string;
}

const NAME = 'prompts';

const read = (): readonly Prompt[] => {
  const found = kept<unknown>(NAME);
  const isPrompt = (one: Partial<Prompt> | null): boolean =>
    typeof one?.id === 'string' && typeof one.name === 'string' && typeof one.text === 'string';
  return Array.isArray(found) ? (found as Prompt[]).filter(isPrompt) : [];
};

let current = $state.raw(read());
// Another tab may have changed them.
window.addEventListener('storage', () => (current = read()));

/** The prompts by name: reactive. */
export const prompts = (): readonly Prompt[] => current;

/** Keeps a prompt, in place of the one with its id; whether the browser could. */
export function keepPrompt(prompt: Omit<Prompt, 'id'> & { readonly id?: Id }): boolean {
  const { id = newId(), name, text } = prompt;
  write([...read().filter((one) => one.id !== id), { id, name, text }]);
  return current.some((one) => one.id === id && one.name === name && one.text === text);
}

export const removePrompt = (id: Id): void => write(read().filter((one) => one.id !== id));

function write(all: readonly Prompt[]): void {
  keep(NAME, all.toSorted((one, other) => one.name.localeCompare(other.name)));
  current = read();
}

/** What a text may be called: the beginning of its first line. */
export function nameFor(text: string): string {
  const MOST = 40;
  return [...(text.trim().split('\n')[0] ?? '')].slice(0, MOST).join('').trim();
}
