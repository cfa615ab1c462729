// The one place where state changes: (state, event) → state.

import { cursorOf } from '../api/told';
import type { Conversation, Id, Message, Moment, Posted, Thread, Told } from '../api/wire';
import { after, waitsAfter, waitsOf } from './entries';
import { without, type Outgoing, type Queued, type State } from './state';

export type Event =
  /** The event stream said something, at this moment. */
  | { type: 'told'; told: Told; now: Moment }
  /** A page of the list of conversations, from `offset`. */
  | { type: 'listed'; conversations: readonly Conversation[]; more: boolean; offset: number; asOf: number }
  /** An answer to a request that went out when the clock stood at `asOf`, as are the list and those below. */
  | { type: 'opened'; thread: Thread; asOf: number }
  | { type: 'posted'; posted: Posted; asOf: number; key: string | null }
  | { type: 'fetched'; message: Message; asOf: number }
  | { type: 'changed'; conversation: Conversation }
  /** The page shows a conversation's path to this message, before the server says so. */
  | { type: 'headed'; conversation: Id; head: Id }
  | { type: 'sending'; outgoing: Outgoing }
  | { type: 'made'; key: string; conversation: Conversation }
  | { type: 'held'; key: string; stage: 'sending' | 'waiting' | 'refused'; told: string | null }
  | { type: 'withdrawn'; key: string }
  | { type: 'queued'; queued: Queued }
  | { type: 'unqueued'; id: Id }
  | { type: 'removing'; conversation: Id }
  | { type: 'kept'; conversation: Id };

export function fold(state: State, event: Event): State {
  return react({ ...state, clock: state.clock + 1 }, event);
}

function react(state: State, event: Event): State {
  switch (event.type) {
    case 'told':
      return heard(state, event.told, event.now);
    case 'listed':
      return listed(state, event);
    case 'opened':
      return opened(state, event.thread, event.asOf);
    case 'posted':
      return posted(state, event.posted, event.asOf, event.key);
    case 'fetched':
      return stale(state, event.message.id, event.asOf) ? state : placed(state, event.message, null);
    case 'changed':
      return touched(known(state, event.conversation), event.conversation.id);
    case 'headed':
      return headed(state, event.conversation, event.head);
    case 'sending':
      return sending(state, event.outgoing);
    case 'made':
      return known(
        { ...state, outbox: mapped(state.outbox, event.key, (one) => ({ ...one, make: null })) },
        event.conversation,
      );
    case 'held':
      return {
        ...state,
        outbox: mapped(state.outbox, event.key, (one) => ({ ...one, stage: event.stage, told: event.told })),
      };
    case 'withdrawn':
      return withdrawn(state, event.key);
    case 'queued':
      return { ...state, queue: [...state.queue, event.queued] };
    case 'unqueued':
      return { ...state, queue: state.queue.filter((one) => one.id !== event.id) };
    case 'removing':
      return { ...state, removing: { ...state.removing, [event.conversation]: true } };
    case 'kept':
      return { ...state, removing: without(state.removing, event.conversation) };
  }
}

// What the event stream says.

function heard(state: State, told: Told, now: Moment): State {
  switch (told.event) {
    case 'hello':
      return state;
    case 'conversation':
      return touched(known(state, told.conversation), told.conversation.id);
    case 'removed':
      return forgotten(state, told.conversation);
    case 'message':
      return touched(placed(state, told.message, told.cursor), told.message.id);
    case 'entries':
      return entries(state, told, now);
  }
}

function entries(state: State, told: Extract<Told, { event: 'entries' }>, now: Moment): State {
  const message = state.messages[told.message];
  const place = state.runs[told.run];
  const read = place?.seq ?? 0;
  const fresh = told.entries.slice(Math.max(0, read - told.from));
  if (!fresh.length) return state;
  // Without the message, or with a gap before these entries, the text would be wrong: read it anew.
  if (!message || (!place && message.state !== 'running') || told.from > read) {
    return { ...state, behind: { ...state.behind, [told.conversation]: true } };
  }
  const seq = told.from + told.entries.length;
  const epoch = Math.max(place?.epoch ?? 0, told.epoch);
  return touched(
    {
      ...state,
      messages: { ...state.messages, [told.message]: fresh.reduce(after, message) },
      runs: { ...state.runs, [told.run]: { message: told.message, epoch, seq } },
      waits: fresh.reduce((waits, entry) => waitsAfter(waits, told.message, entry, now), state.waits),
    },
    told.message,
  );
}

/** Notes that a message or a conversation is as the server had it just now. */
const touched = (state: State, id: Id): State => ({ ...state, touched: { ...state.touched, [id]: state.clock } });

const stale = (state: State, id: Id, asOf: number): boolean => (state.touched[id] ?? 0) > asOf;

// Messages.

/** Puts a message as a whole in place of what is there. */
function placed(state: State, message: Message, cursor: string | null): State {
  const messages = { ...state.messages, [message.id]: message };
  for (const sibling of message.siblings) {
    const other = messages[sibling];
    if (other && other.siblings.length < message.siblings.length) {
      messages[sibling] = { ...other, siblings: message.siblings };
    }
  }
  const at = cursor === null ? null : cursorOf(cursor);
  return {
    ...state,
    messages,
    runs: at ? { ...state.runs, [at.run]: { message: message.id, epoch: at.epoch, seq: at.seq } } : state.runs,
    waits: waitsOf(state.waits, message),
  };
}

function opened(state: State, thread: Thread, asOf: number): State {
  const cursors = new Map(thread.cursors.map((cursor) => [cursorOf(cursor)?.run, cursor]));
  // Read before a question was taken, it would take the question off the page.
  let next = stale(state, thread.conversation.id, asOf) ? state : known(state, thread.conversation);
  for (const message of thread.messages) {
    if (stale(state, message.id, asOf)) continue;
    const run = message.making?.run;
    next = placed(next, message, (run && message.state === 'running' && cursors.get(run)) || null);
  }
  return { ...next, behind: without(next.behind, thread.conversation.id) };
}

function posted(state: State, said: Posted, asOf: number, key: string | null): State {
  let next = key === null ? state : { ...state, outbox: state.outbox.filter((one) => one.key !== key) };
  for (const message of said.messages) {
    if (stale(state, message.id, asOf)) continue;
    next = placed(next, message, message.role === 'assistant' ? said.cursor : null);
  }
  const last = said.messages.at(-1);
  return last ? headed(next, last.conversation, last.id) : next;
}

// Conversations.

const known = (state: State, conversation: Conversation): State => ({
  ...state,
  conversations: { ...state.conversations, [conversation.id]: conversation },
});

function headed(state: State, id: Id, head: Id): State {
  const conversation = state.conversations[id];
  return conversation ? touched(known(state, { ...conversation, head }), id) : state;
}

function forgotten(state: State, id: Id): State {
  return {
    ...state,
    conversations: without(state.conversations, id),
    removing: without(state.removing, id),
    behind: without(state.behind, id),
    outbox: state.outbox.filter((one) => one.conversation !== id),
    queue: state.queue.filter((one) => one.conversation !== id),
  };
}

function listed(state: State, { conversations: list, more, offset, asOf }: Extract<Event, { type: 'listed' }>): State {
  const conversations = { ...state.conversations };
  // The first page, when it is the last one too, is all there is: what it lacks is gone.
  if (offset === 0 && !more) {
    const there = new Set([...list.map((one) => one.id), ...state.outbox.map((one) => one.conversation)]);
    for (const id of Object.keys(conversations)) if (!there.has(id) && !stale(state, id, asOf)) delete conversations[id];
  }
  for (const one of list) if (!stale(state, one.id, asOf)) conversations[one.id] = one;
  return { ...state, conversations, more };
}

// The outbox.

function sending(state: State, outgoing: Outgoing): State {
  const next = { ...state, outbox: [...state.outbox.filter((one) => one.key !== outgoing.key), outgoing] };
  const there = next.conversations[outgoing.conversation];
  if (there || !outgoing.make) return next;
  return known(next, conversationOf(outgoing, outgoing.make));
}

/** A conversation that only this page knows yet. */
function conversationOf(outgoing: Outgoing, make: NonNullable<Outgoing['make']>): Conversation {
  return {
    id: outgoing.conversation,
    title: '',
    titled: 'not',
    pinned: false,
    folder: make.folder,
    created_at: outgoing.at,
    updated_at: outgoing.at,
    read_at: outgoing.at,
    shape: make.shape,
    head: null,
    standing: 'running',
    spent: {
      answers: 0, parts: 0, input: 0, output: 0, cache_read: 0, cache_write: 0, cost: 0, continuing: 0,
      estimated: false,
    },
  };
}

function withdrawn(state: State, key: string): State {
  const gone = state.outbox.find((one) => one.key === key);
  const next = { ...state, outbox: state.outbox.filter((one) => one.key !== key) };
  return gone?.make ? { ...next, conversations: without(next.conversations, gone.conversation) } : next;
}

const mapped = (outbox: State['outbox'], key: string, change: (one: Outgoing) => Outgoing): State['outbox'] =>
  outbox.map((one) => (one.key === key ? change(one) : one));
