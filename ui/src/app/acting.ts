// What a visitor does with answers, by what is loaded then.

import { words } from '../words/words.svelte';
import { notice } from './notices.svelte';

/** It cannot be loaded now, and so it cannot be done. */
export function cannot(): void {
  notice(words().offlineNotice, { tone: 'bad' });
}

export function act(deed: (answers: typeof import('./answers')) => unknown): void {
  void import('./answers').then(deed, cannot);
}
