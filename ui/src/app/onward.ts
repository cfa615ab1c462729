// Goes on in a new conversation, which begins with a summary of this one.

import { newId } from '../api/id';
import * as api from '../api/later';
import type { Message } from '../api/wire';
import { words } from '../words/more.svelte';
import { tried } from './answers';
import { go } from './place.svelte';
import { saved } from './saving';
import { happened, stateNow } from './store.svelte';

/** A question that was not answered to its end is asked again; after one that was, the new chat just goes on. */
export async function goOnward(answer: Message): Promise<void> {
  await saved(answer.conversation);
  const asOf = stateNow().clock;
  const wish = { conversation: newId(), id: newId(), answer: newId() };
  const text = answer.state === 'complete' ? { text: words().goOnFromHere } : {};
  const posted = await tried(() => api.onward(answer.id, { ...wish, ...text }, newId()));
  if (!posted) return;
  happened({ type: 'posted', posted, asOf, key: null });
  go(wish.conversation);
}
