// Things as the server would tell them, for tests: whole, with what matters given.

import type { Conversation, Making, Message, Part, Seam, Spent } from '../../src/api/wire';
import { fold, type Event } from '../../src/state/fold';
import { EMPTY, type Outgoing, type State } from '../../src/state/state';

export const NOTHING: Spent = {
  answers: 0, parts: 0, input: 0, output: 0, cache_read: 0, cache_write: 0, cost: 0, continuing: 0, estimated: false,
};

export const conversation = (given: Partial<Conversation> = {}): Conversation => ({
  id: 'c', title: 'Frogs', titled: 'model', pinned: false, folder: null, created_at: 1, updated_at: 1, read_at: 1, shape: {},
  head: null, standing: 'quiet', spent: NOTHING, ...given,
});

export const making = (given: Partial<Making> = {}): Making => ({
  model: 'm', region: 'ap-northeast-1', run: 'r', parts: [], seams: [], spent: NOTHING, ms: 0, dropped: [], problem: null, ...given,
});

export const question = (given: Partial<Message> = {}): Message => ({
  id: 'q', conversation: 'c', parent: null, role: 'user', created_at: 1, blocks: [{ number: 0, kind: 'text', text: 'Write.' }],
  attachments: [], state: 'complete', making: null, siblings: ['q'], ...given,
});

export const answer = (given: Partial<Message> = {}): Message => ({
  id: 'a', conversation: 'c', parent: 'q', role: 'assistant', created_at: 2, blocks: [], attachments: [], state: 'running',
  making: making(), siblings: ['a'], ...given,
});

export const part = (number: number, given: Partial<Part> = {}): Part => ({
  number, model: 'm', region: null, by: number === 1 ? 'first' : 'anchor', request_id: null, max_tokens: null, ended: null,
  input: null, output: null, cache_read: null, cache_write: null, ms: 0, ...given,
});

export const seam = (given: Partial<Seam> = {}): Seam => ({
  at: 0, part: 2, kind: 'length', why: 'length', proof: 'verified', trimmed: 0, rejected: 0, ms: 0, ...given,
});

export const outgoing = (given: Partial<Outgoing> = {}): Outgoing => ({
  key: 'q2', conversation: 'c', make: null, attachments: [], at: 5, stage: 'sending', told: null,
  post: { id: 'q2', parent: 'a', text: 'And then?', attachments: [], answer: 'a2', shape: {} }, ...given,
});

export const after = (events: readonly Event[], from: State = EMPTY): State => events.reduce(fold, from);

/** A page that shows one conversation whose answer is being written. */
export const writing = (): State =>
  after([
    { type: 'listed', conversations: [conversation({ head: 'a', standing: 'running' })], more: false, offset: 0, asOf: 9_999 },
    {
      type: 'opened', asOf: 0,
      thread: { conversation: conversation({ head: 'a' }), messages: [question(), answer()], older: false, cursors: ['r:0.0'] },
    },
  ]);
