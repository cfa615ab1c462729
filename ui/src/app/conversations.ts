// What a visitor does with whole conversations: remove with a way back, bring in.

import * as api from '../api/later';
import { asFailure } from '../api/failure';
import type { Id } from '../api/wire';
import { words } from '../words/more.svelte';
import { list } from './following';
import { drop } from './keeping';
import { notice } from './notices.svelte';
import { go, place } from './place.svelte';
import { happened, stateNow } from './store.svelte';

/** How long a removal can be undone. */
const UNDO_MS = 8_000;

/** Hides a conversation at once and removes it after a while, unless it is undone. */
export function remove(id: Id): void {
  happened({ type: 'removing', conversation: id });
  if (place().conversation === id) go(null);
  const really = () => {
    clearTimeout(timer);
    window.removeEventListener('pagehide', really);
    drop(`draft.${id}`);
    api.remove(id).then(
      () => happened({ type: 'told', told: { event: 'removed', conversation: id }, now: Date.now() }),
      (thrown: unknown) => {
        happened({ type: 'kept', conversation: id });
        if (asFailure(thrown).status !== 404) notice(asFailure(thrown).message, { tone: 'bad' });
      },
    );
  };
  const timer = setTimeout(really, UNDO_MS);
  // Who leaves the page within the while has not undone it.
  window.addEventListener('pagehide', really);
  notice(words().removed(stateNow().conversations[id]?.title || words().untitled), {
    ms: UNDO_MS,
    undo: () => {
      clearTimeout(timer);
      window.removeEventListener('pagehide', really);
      happened({ type: 'kept', conversation: id });
    },
  });
}

/** Brings in conversations from a file that was exported. */
export async function bringIn(file: Blob): Promise<void> {
  try {
    const { conversations, messages } = await api.importFile(file);
    notice(words().imported(conversations, messages));
    await list();
  } catch (thrown) {
    notice(asFailure(thrown).message, { tone: 'bad' });
  }
}
