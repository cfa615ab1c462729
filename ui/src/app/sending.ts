// Gets messages to the server: the outbox, which survives a lost network and a closed tab, and the
// queue of what is to be said next.

import * as api from '../api/client';
import { asFailure } from '../api/failure';
import { newId } from '../api/id';
import type { Attachment, Id, Shape } from '../api/wire';
import { shown } from '../state/path';
import type { Outgoing, Queued } from '../state/state';
import { allKept, drop, keep } from './keeping';
import { saved } from './saving';
import { happened, state, stateNow } from './store.svelte';

const AGAIN_MS = 4_000;

export interface Said {
  readonly conversation: Id;
  readonly text: string;
  readonly attachments: readonly Attachment[];
  /** Set for a conversation that does not exist yet. */
  readonly make?: Outgoing['make'];
  /** The message it follows; without it the end of what is shown. */
  readonly parent?: Id | null;
  readonly shape?: Shape;
  /** What was said before, summed up. */
  readonly summary?: string;
}

/** Sends a message, or lets it wait for the answer before it. */
export function say(said: Said): void {
  if (said.parent === undefined && isBusy(said.conversation)) {
    const { conversation, text, attachments, shape = {} } = said;
    const queued: Queued = { id: newId(), answer: newId(), conversation, text, attachments, shape };
    keep(`queue.${queued.id}`, queued);
    happened({ type: 'queued', queued });
    return;
  }
  send(said, newId(), newId());
}

/** Whether an answer is being written at the end of what is shown, or a message is on its way. */
export function isBusy(conversation: Id): boolean {
  const now = state();
  return (
    now.outbox.some((one) => one.conversation === conversation && one.stage !== 'refused') ||
    shown(now, conversation).messages.at(-1)?.state === 'running'
  );
}

function send(said: Said, id: Id, answer: Id): void {
  const end = shown(stateNow(), said.conversation).messages.at(-1)?.id;
  const parent = said.parent === undefined ? (end ?? stateNow().conversations[said.conversation]?.head ?? null) : said.parent;
  const outgoing: Outgoing = {
    key: id,
    conversation: said.conversation,
    make: said.make ?? null,
    post: { id, parent, text: said.text, ...(said.summary ? { summary: said.summary } : {}), attachments: said.attachments.map((one) => one.id), answer, shape: said.shape ?? {} },
    attachments: said.attachments,
    at: Date.now(),
    stage: 'sending',
    told: null,
  };
  keep(`outbox.${id}`, outgoing);
  happened({ type: 'sending', outgoing });
  void pump();
}

/** Takes a message back that was not taken, to write it anew. */
export function withdraw(key: Id): Outgoing | null {
  const outgoing = stateNow().outbox.find((one) => one.key === key) ?? null;
  drop(`outbox.${key}`);
  happened({ type: 'withdrawn', key });
  return outgoing;
}

export function sendAgain(key: Id): void {
  happened({ type: 'held', key, stage: 'waiting', told: null });
  void pump();
}

export function unqueue(id: Id): void {
  drop(`queue.${id}`);
  happened({ type: 'unqueued', id });
}

/** Sends what waits in the queue of conversations whose answer is over. */
export function pumpQueue(): void {
  const asked = new Set<Id>();
  for (const queued of stateNow().queue) {
    const { conversation } = queued;
    if (asked.has(conversation) || isBusy(conversation) || !stateNow().conversations[conversation]) continue;
    if (stateNow().conversations[conversation]?.standing === 'running') continue;
    asked.add(conversation);
    unqueue(queued.id);
    send(queued, queued.id, queued.answer);
  }
}

let pumping = false;
let again: ReturnType<typeof setTimeout> | undefined;

/** Sends what is in the outbox, one after the other; call it whenever the network may be back. */
export async function pump(): Promise<void> {
  if (pumping) return;
  pumping = true;
  clearTimeout(again);
  for (;;) {
    const next = stateNow().outbox.find((one) => one.stage !== 'refused');
    if (!next) break;
    if (!(await deliver(next))) {
      again = setTimeout(() => void pump(), AGAIN_MS);
      break;
    }
  }
  pumping = false;
}

/** Whether the next one may be tried. */
async function deliver({ key, conversation, make, post }: Outgoing): Promise<boolean> {
  const asOf = stateNow().clock;
  try {
    if (make) {
      const made = await api.create({
        id: conversation, shape: make.shape, ...(make.folder === null ? {} : { folder: make.folder }),
      });
      happened({ type: 'made', key, conversation: { ...made, standing: 'running' } });
    }
    await saved(conversation);
    const posted = await api.post(conversation, post, key);
    drop(`outbox.${key}`);
    happened({ type: 'posted', posted, asOf, key });
    return true;
  } catch (thrown) {
    const failure = asFailure(thrown);
    const stage = failure.passes ? 'waiting' : 'refused';
    happened({ type: 'held', key, stage, told: failure.message });
    return !failure.passes;
  }
}

/** Takes up what an earlier visit left unsent. */
export function restoreUnsent(): void {
  for (const outgoing of allKept<Outgoing>('outbox.').sort((one, other) => one.at - other.at)) {
    happened({ type: 'sending', outgoing: { ...outgoing, stage: 'waiting' } });
  }
  for (const queued of allKept<Queued>('queue.').sort((one, other) => one.id.localeCompare(other.id))) {
    happened({ type: 'queued', queued });
  }
  void pump();
}
