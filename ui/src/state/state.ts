// What the page knows. Plain data, changed only by `fold` (fold.ts); nothing here knows the DOM,
// the network or the time.

import type { Attachment, Conversation, Id, Message, Moment, Post, Shape } from '../api/wire';

export interface State {
  readonly conversations: Readonly<Record<Id, Conversation>>;
  /** Whether the server has conversations that are not listed here; `null` before the first list. */
  readonly more: boolean | null;
  readonly messages: Readonly<Record<Id, Message>>;
  /** Where the page stands in the logs of runs, those that are over included. */
  readonly runs: Readonly<Record<Id, Place>>;
  /** Answers that wait for the backend. */
  readonly waits: Readonly<Record<Id, Wait>>;
  /** Conversations of which something was missed: their thread has to be read again. */
  readonly behind: Readonly<Record<Id, true>>;
  /** When (by `clock`) each message and conversation was last heard of, past the requests that read them. */
  readonly touched: Readonly<Record<Id, number>>;
  /** Counts folded events, so that an answer asked for earlier never undoes a later event. */
  readonly clock: number;
  /** Messages of the user that the server has not taken yet, oldest first. */
  readonly outbox: readonly Outgoing[];
  /** Messages to send when the answer before them is over, oldest first. */
  readonly queue: readonly Queued[];
  /** Conversations removed, as long as that can be undone. */
  readonly removing: Readonly<Record<Id, true>>;
}

export interface Place {
  readonly message: Id;
  readonly epoch: number;
  /** How many entries were read. */
  readonly seq: number;
}

export interface Wait {
  readonly why: string;
  /** The latest moment it goes on, by this machine's clock. */
  readonly until: Moment;
  /** Which attempt comes then. */
  readonly attempt: number;
}

export interface Outgoing {
  /** The idempotency key, which is the message's id: however often it is sent, it is taken once. */
  readonly key: string;
  readonly conversation: Id;
  /** Set while the conversation itself has to be made first. */
  readonly make: { readonly shape: Shape; readonly folder: string | null } | null;
  readonly post: Post;
  readonly attachments: readonly Attachment[];
  readonly at: Moment;
  readonly stage: 'sending' | 'waiting' | 'refused';
  /** Why it was refused. */
  readonly told: string | null;
}

export interface Queued {
  /** The id its message will have. */
  readonly id: Id;
  /** The id its answer will have: fixed now, so that two tabs cannot send it twice. */
  readonly answer: Id;
  readonly conversation: Id;
  readonly text: string;
  readonly attachments: readonly Attachment[];
  /** What differs from the conversation for its answer only. */
  readonly shape?: Shape;
}

export const EMPTY: State = {
  conversations: {},
  more: null,
  messages: {},
  runs: {},
  waits: {},
  behind: {},
  touched: {},
  clock: 0,
  outbox: [],
  queue: [],
  removing: {},
};

/** The record without one key; the same record when it has none. */
export function without<Value>(record: Readonly<Record<Id, Value>>, key: Id): Readonly<Record<Id, Value>> {
  if (!(key in record)) return record;
  const { [key]: _gone, ...rest } = record;
  return rest;
}
