// What a visitor does with answers: stop, finish, go on, again, branches, seams.

import { change } from '../api/client';
import { asFailure } from '../api/failure';
import { newId } from '../api/id';
import * as api from '../api/later';
import type { Id, Message, Posted, Shape } from '../api/wire';
import { runOf, shown } from '../state/path';
import { words } from '../words/words.svelte';
import { readThread } from './following';
import { notice } from './notices.svelte';
import { saved } from './saving';
import { happened, stateNow } from './store.svelte';

/** Asks the server, and shows what it says when it would not. */
export async function tried<Answer>(asked: () => Promise<Answer>): Promise<Answer | null> {
  try {
    return await asked();
  } catch (thrown) {
    const failure = asFailure(thrown);
    notice(failure.code === 'offline' ? words().offlineNotice : failure.message, { tone: 'bad' });
    return null;
  }
}

async function begun({ conversation }: Message, asked: () => Promise<Posted>): Promise<void> {
  await saved(conversation);
  const asOf = stateNow().clock;
  const posted = await tried(asked);
  if (posted) happened({ type: 'posted', posted, asOf, key: null });
}

export async function stop(message: Message): Promise<void> {
  const run = runOf(stateNow(), message);
  if (run) await tried(() => api.stop(run));
}

/** Lets the answer end with the part it is at. */
export async function finish(message: Message): Promise<boolean> {
  const run = runOf(stateNow(), message);
  return run !== null && (await tried(() => api.finish(run))) !== null;
}

export const goOn = (message: Message): Promise<void> => begun(message, () => api.goOn(message.id, newId()));

/** Another answer to the same question. */
export async function again(answer: Message, shape: Shape = {}): Promise<void> {
  const { parent } = answer;
  if (parent !== null) await begun(answer, () => api.again(parent, newId(), shape, newId()));
}

/** Writes an answer anew from one of its seams on (from 1), beside it. */
export const retryFrom = (answer: Message, seam: number): Promise<void> =>
  begun(answer, () => api.retry(answer.id, seam, newId(), newId()));

/** Leaves out what comes after one of its seams (from 1), in an answer beside it. */
export async function cutFrom(answer: Message, seam: number): Promise<void> {
  const asOf = stateNow().clock;
  const message = await tried(() => api.cut(answer.id, seam, newId()));
  if (!message) return;
  happened({ type: 'fetched', message, asOf });
  happened({ type: 'headed', conversation: message.conversation, head: message.id });
}

/** Shows another branch: the path that goes through this message. */
export async function showBranch(conversation: Id, through: Id): Promise<void> {
  const changed = await tried(() => change(conversation, { through }));
  if (!changed) return;
  // The path first, so that the page never shows a thread with nothing in it.
  if (changed.head !== null && !stateNow().messages[changed.head]) await readThread(conversation, changed.head);
  happened({ type: 'changed', conversation: changed });
}

/** Brings a message onto the shown path; whether it is there now. */
export async function bringUp(conversation: Id, message: Id): Promise<boolean> {
  const there = () => shown(stateNow(), conversation).messages.some((one) => one.id === message);
  if (there()) return true;
  const asOf = stateNow().clock;
  const found = await tried(() => api.message(message));
  if (!found || found.conversation !== conversation) return false;
  happened({ type: 'fetched', message: found, asOf });
  await showBranch(conversation, message);
  for (let pages = 0; pages < 200 && !there(); pages += 1) {
    const { above } = shown(stateNow(), conversation);
    if (above === null || (await readThread(conversation, above)) !== 'there') return false;
  }
  return there();
}
