// The shown path of a conversation: from its head up, parent by parent.

import type { Id, Message } from '../api/wire';
import type { Outgoing, State } from './state';

export interface Shown {
  /** Oldest first. */
  readonly messages: readonly Message[];
  /** The message to ask for, to see what is above; none when the path is whole. */
  readonly above: Id | null;
}

/** What is shown of a conversation, with what is still on its way to the server. */
export function shown(state: State, conversation: Id): Shown {
  const outgoing = state.outbox.filter((one) => one.conversation === conversation);
  const unsent = new Map(outgoing.flatMap((one) => ghosts(state, one).map((ghost) => [ghost.id, ghost] as const)));
  const find = (id: Id): Message | undefined => state.messages[id] ?? unsent.get(id);
  const last = outgoing.at(-1);
  let at: Id | null = last ? leafOf(last) : (state.conversations[conversation]?.head ?? null);
  const messages: Message[] = [];
  while (at !== null) {
    const message = find(at);
    if (!message) break;
    messages.push(message);
    at = message.parent;
  }
  return { messages: messages.reverse(), above: at };
}

const leafOf = (outgoing: Outgoing): Id => (outgoing.stage === 'refused' ? outgoing.post.id : outgoing.post.answer);

/** The question and the place of its answer, as they will stand. */
function ghosts(state: State, { post, conversation, attachments, at, stage }: Outgoing): Message[] {
  const beside = Object.values(state.messages).filter(
    (one) => one.conversation === conversation && one.role === 'user' && one.parent === post.parent,
  );
  const siblings = [...beside.map((one) => one.id).filter((id) => id !== post.id).sort(), post.id];
  const common = { conversation, created_at: at, making: null };
  const question: Message = {
    ...common,
    id: post.id,
    parent: post.parent,
    role: 'user',
    blocks: [
      ...(post.summary ? [{ number: 0, kind: 'summary' as const, text: post.summary }] : []),
      { number: 1, kind: 'text', text: post.text },
    ],
    attachments,
    state: 'complete',
    siblings,
  };
  const answer: Message = {
    ...common,
    id: post.answer,
    parent: post.id,
    role: 'assistant',
    blocks: [],
    attachments: [],
    state: 'running',
    siblings: [post.answer],
  };
  return stage === 'refused' ? [question] : [question, answer];
}

/** The run that writes a message, if one does. */
export function runOf(state: State, message: Message): Id | null {
  if (message.state !== 'running') return null;
  const places = Object.entries(state.runs).filter(([, place]) => place.message === message.id);
  return message.making?.run ?? places.at(-1)?.[0] ?? null;
}

/** The cursors of the runs that are alive in a conversation, as `Last-Event-ID` wants them. */
export function cursors(state: State, conversation: Id): string {
  return Object.entries(state.runs)
    .filter(([run, { message }]) => {
      const there = state.messages[message];
      return there?.conversation === conversation && there.state === 'running' && (there.making?.run ?? run) === run;
    })
    .map(([run, { epoch, seq }]) => `${run}:${epoch}.${seq}`)
    .join(',');
}

/** The text for the reader: the text blocks, joined. */
export const textOf = (message: Message): string =>
  message.blocks.reduce((text, block) => (block.kind === 'text' ? text + block.text : text), '');

/** What a question says was said before: empty while that is still to be written, none if it says nothing of it. */
export const summaryOf = (message: Message): string | null =>
  message.blocks.find((block) => block.kind === 'summary')?.text ?? null;

/** The reasoning, blocks apart by an empty line. */
export const reasoningOf = (message: Message): string =>
  message.blocks.filter((block) => block.kind === 'reasoning').map((block) => block.text).join('\n\n');

/** Whether continuing this answer can help: never offered where it cannot. */
export function canGoOn(message: Message): boolean {
  if (message.role !== 'assistant') return false;
  const told = message.making?.problem?.can_continue;
  switch (message.state) {
    case 'stopped':
    case 'incomplete':
      return told ?? true;
    case 'failed':
      return told ?? false;
    case 'complete':
    case 'running':
    case 'refused':
      return false;
  }
}

/** The place, in UTF-16 units, of a count of Unicode scalar values. */
export function unitsOf(text: string, scalars: number): number {
  let units = 0;
  for (let left = scalars; left > 0 && units < text.length; left -= 1) {
    units += text.codePointAt(units)! > 0xffff ? 2 : 1;
  }
  return units;
}
