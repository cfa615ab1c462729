import { describe, expect, it } from 'vitest';
import type { Entry, Told } from '../../../src/api/wire';
import type { Event } from '../../../src/state/fold';
import { cursors, shown, textOf } from '../../../src/state/path';
import { after, answer, conversation, making, outgoing, part, question, seam, writing } from '../made';

const NOW = 1_000;
const told = (what: Told): Event => ({ type: 'told', told: what, now: NOW });
const entries = (from: number, list: Entry[], epoch = 0): Event =>
  told({ event: 'entries', conversation: 'c', message: 'a', run: 'r', from, entries: list, epoch });
const text = (said: string, block = 0): Entry => ({ kind: 'text', block, text: said });

describe('entries of a run', () => {
  it('make blocks grow, each by its number and in its order', () => {
    const state = after(
      [entries(0, [text('b', 2), { kind: 'reasoning', block: 0, text: 'Hm' }, text('c', 2), { kind: 'reasoning', block: 0, text: '.' }])],
      writing(),
    );
    expect(state.messages['a']!.blocks).toEqual([
      { number: 0, kind: 'reasoning', text: 'Hm.' },
      { number: 2, kind: 'text', text: 'bc' },
    ]);
    expect(textOf(state.messages['a']!)).toBe('bc');
  });

  it('put a part in the place of the part with its number', () => {
    const ended = part(1, { ended: { kind: 'cut', why: 'length' }, output: 40 });
    const state = after([entries(0, [{ kind: 'part', part: part(1) }, { kind: 'part', part: part(2) }, { kind: 'part', part: ended }])], writing());
    expect(state.messages['a']!.making!.parts).toEqual([ended, part(2)]);
  });

  it('add a seam', () => {
    const state = after([entries(0, [text('ab'), { kind: 'seam', seam: seam({ at: 2 }) }])], writing());
    expect(state.messages['a']!.making!.seams).toEqual([seam({ at: 2 })]);
  });

  it('tell how long the backend lets wait, until something comes', () => {
    const waiting = after([entries(0, [{ kind: 'waiting', why: 'throttled', at_most: 4_000, attempt: 2 }])], writing());
    expect(waiting.waits).toEqual({ a: { why: 'throttled', until: NOW + 4_000, attempt: 2 } });
    expect(after([entries(1, [text('x')])], waiting).waits).toEqual({});
    expect(after([entries(1, [{ kind: 'resumed' }])], waiting).waits).toEqual({});
  });

  it('leave the wait that a message is read with, until the next one', () => {
    const waiting = { why: 'throttled', until: 9_000, attempt: 3 };
    const read = after([{ type: 'fetched', message: answer({ making: making({ waiting }) }), asOf: 9_999 }], writing());
    expect(read.waits).toEqual({ a: waiting });
    expect(after([entries(0, [text('x')])], read).waits).toEqual({});
    expect(after([{ type: 'fetched', message: answer(), asOf: 9_999 }], read).waits).toEqual({});
  });

  it('end it', () => {
    const made = making({ ms: 9, problem: { code: 'lost', detail: 'gone', request_id: null, can_continue: true } });
    const state = after([entries(0, [text('x'), { kind: 'over', state: 'incomplete', making: made }])], writing());
    expect(state.messages['a']).toMatchObject({ state: 'incomplete', making: made });
    expect(cursors(state, 'c')).toBe('');
  });

  it('change nothing when they come twice', () => {
    const list: Entry[] = [text('Hello '), { kind: 'part', part: part(1) }, { kind: 'seam', seam: seam() }, text('frog')];
    const once = after([entries(0, list)], writing());
    const twice = after([entries(0, list), entries(2, list.slice(2)), entries(0, list.slice(0, 1))], once);
    expect({ ...twice, clock: 0 }).toEqual({ ...once, clock: 0 });
  });

  it('count from where the reader stands when they overlap', () => {
    const state = after([entries(0, [text('a'), text('b')]), entries(1, [text('b'), text('c')])], writing());
    expect(textOf(state.messages['a']!)).toBe('abc');
    expect(cursors(state, 'c')).toBe('r:0.3');
  });

  it('that leave a gap are not taken: the thread is read again', () => {
    const state = after([entries(0, [text('a')]), entries(3, [text('d')])], writing());
    expect(textOf(state.messages['a']!)).toBe('a');
    expect(state.behind).toEqual({ c: true });
  });

  it('of a message nobody knows make the thread be read again', () => {
    const state = after([told({ event: 'entries', conversation: 'c', message: 'new', run: 'r9', from: 0, entries: [text('x')], epoch: 0 })], writing());
    expect(state.behind).toEqual({ c: true });
    expect(state.messages['new']).toBeUndefined();
  });

  it('of a later epoch are where the reader stands from then on', () => {
    const state = after([entries(0, [text('a')]), entries(1, [{ kind: 'resumed' }, text('b')], 1)], writing());
    expect(cursors(state, 'c')).toBe('r:1.3');
  });
});

describe('a message as a whole', () => {
  it('stands in place of what was there, and its cursor too', () => {
    const before = after([entries(0, [text('lost in the crash')])], writing());
    const snapshot = answer({ blocks: [{ number: 0, kind: 'text', text: 'lost' }] });
    const state = after([told({ event: 'message', message: snapshot, cursor: 'r:1.1' })], before);
    expect(textOf(state.messages['a']!)).toBe('lost');
    expect(cursors(state, 'c')).toBe('r:1.1');
  });

  it('tells its branches to the others', () => {
    const beside = answer({ id: 'b', siblings: ['a', 'b'], state: 'complete' });
    const state = after([told({ event: 'message', message: beside, cursor: null })], writing());
    expect(state.messages['a']!.siblings).toEqual(['a', 'b']);
  });

  it('read before the stream went on does not undo what the stream said', () => {
    const asked = writing();
    const said = after([entries(0, [text('new')])], asked);
    const thread = { conversation: conversation({ head: 'a' }), messages: [question(), answer()], older: false, cursors: ['r:0.0'] };
    expect(textOf(after([{ type: 'opened', thread, asOf: asked.clock }], said).messages['a']!)).toBe('new');
    expect(textOf(after([{ type: 'opened', thread, asOf: said.clock }], said).messages['a']!)).toBe('');
  });

  it('read anew says that nothing is missed any more', () => {
    const missed = after([entries(5, [text('x')])], writing());
    const thread = { conversation: conversation({ head: 'a' }), messages: [question(), answer()], older: false, cursors: ['r:0.6'] };
    const state = after([{ type: 'opened', thread, asOf: missed.clock }], missed);
    expect(state.behind).toEqual({});
    expect(cursors(state, 'c')).toBe('r:0.6');
  });
});

describe('conversations', () => {
  it('that the whole list lacks are gone, except for those still being sent', () => {
    const state = after([
      { type: 'listed', conversations: [conversation(), conversation({ id: 'old' })], more: false, offset: 0, asOf: 9_999 },
      { type: 'sending', outgoing: outgoing({ conversation: 'mine', make: { shape: {}, folder: null } }) },
      { type: 'listed', conversations: [conversation()], more: false, offset: 0, asOf: 9_999 },
    ]);
    expect(Object.keys(state.conversations)).toEqual(['c', 'mine']);
  });

  it('of a further page come to those that are there', () => {
    const state = after([
      { type: 'listed', conversations: [conversation()], more: true, offset: 0, asOf: 9_999 },
      { type: 'listed', conversations: [conversation({ id: 'd' })], more: false, offset: 1, asOf: 9_999 },
    ]);
    expect(Object.keys(state.conversations)).toEqual(['c', 'd']);
    expect(state.more).toBe(false);
  });

  it('removed elsewhere take what waited for them along', () => {
    const queued = { id: 'x', answer: 'y', conversation: 'c', text: 'more', attachments: [] };
    const state = after([{ type: 'queued', queued }, told({ event: 'removed', conversation: 'c' })], writing());
    expect(state.conversations).toEqual({});
    expect(state.queue).toEqual([]);
  });

  it('hidden for removal come back', () => {
    const hidden = after([{ type: 'removing', conversation: 'c' }], writing());
    expect(hidden.removing).toEqual({ c: true });
    expect(after([{ type: 'kept', conversation: 'c' }], hidden).removing).toEqual({});
  });
});

describe('the outbox', () => {
  it('shows a message and the place of its answer before the server has them', () => {
    const done = after([entries(0, [{ kind: 'over', state: 'complete', making: making() }])], writing());
    const state = after([{ type: 'sending', outgoing: outgoing() }], done);
    const path = shown(state, 'c').messages;
    expect(path.map((one) => [one.id, one.state])).toEqual([['q', 'complete'], ['a', 'complete'], ['q2', 'complete'], ['a2', 'running']]);
    expect(textOf(path[2]!)).toBe('And then?');
  });

  it('gives way to what the server took, and the answer is the head', () => {
    const sent = after([{ type: 'sending', outgoing: outgoing() }], writing());
    const messages = [question({ id: 'q2', parent: 'a' }), answer({ id: 'a2', parent: 'q2', making: making({ run: 'r2' }) })];
    const state = after([{ type: 'posted', posted: { run: 'r2', cursor: 'r2:0.0', messages }, asOf: sent.clock, key: 'q2' }], sent);
    expect(state.outbox).toEqual([]);
    expect(shown(state, 'c').messages.at(-1)!.id).toBe('a2');
    expect(state.runs['r2']).toEqual({ message: 'a2', epoch: 0, seq: 0 });
  });

  it('told late does not undo what the stream said of the answer already', () => {
    const sent = after([{ type: 'sending', outgoing: outgoing() }], writing());
    const fresh = answer({ id: 'a2', parent: 'q2', making: making({ run: 'r2' }) });
    const streamed = after([
      told({ event: 'message', message: fresh, cursor: 'r2:0.0' }),
      told({ event: 'entries', conversation: 'c', message: 'a2', run: 'r2', from: 0, entries: [text('Then')], epoch: 0 }),
    ], sent);
    const posted = { run: 'r2', cursor: 'r2:0.0', messages: [question({ id: 'q2', parent: 'a' }), fresh] };
    const state = after([{ type: 'posted', posted, asOf: sent.clock, key: 'q2' }], streamed);
    expect(textOf(state.messages['a2']!)).toBe('Then');
    expect(state.runs['r2']!.seq).toBe(1);
  });

  it('shows a refused message without an answer, and takes it back', () => {
    const refused = after([
      { type: 'sending', outgoing: outgoing() },
      { type: 'held', key: 'q2', stage: 'refused', told: 'too long' },
    ], writing());
    expect(shown(refused, 'c').messages.at(-1)!.id).toBe('q2');
    expect(refused.outbox[0]).toMatchObject({ stage: 'refused', told: 'too long' });
    expect(shown(after([{ type: 'withdrawn', key: 'q2' }], refused), 'c').messages.at(-1)!.id).toBe('a');
  });

  it('makes a conversation that is only here, and unmakes it when the message is taken back', () => {
    const mine = outgoing({ conversation: 'mine', make: { shape: { model: 'm' }, folder: null }, post: { ...outgoing().post, parent: null } });
    const state = after([{ type: 'sending', outgoing: mine }]);
    expect(state.conversations['mine']).toMatchObject({ shape: { model: 'm' }, head: null });
    expect(shown(state, 'mine').messages).toHaveLength(2);
    expect(after([{ type: 'withdrawn', key: 'q2' }], state).conversations).toEqual({});
  });

  it('sent twice from two restores is there once', () => {
    const state = after([{ type: 'sending', outgoing: outgoing() }, { type: 'sending', outgoing: outgoing() }], writing());
    expect(state.outbox).toHaveLength(1);
  });
});

describe('an answer to an earlier request', () => {
  const asked = conversation({ head: 'a', title: 'Asked' });
  const heard = told({ event: 'conversation', conversation: asked });

  it('takes no question off the page that was asked meanwhile', () => {
    const before = after([]).clock;
    const state = after([heard, { type: 'opened', thread: { conversation: conversation({ head: null }), messages: [], older: false, cursors: [] }, asOf: before }]);
    expect(state.conversations['c']).toEqual(asked);
    const later = after([{ type: 'opened', thread: { conversation: conversation({ head: 'b' }), messages: [], older: false, cursors: [] }, asOf: state.clock }], state);
    expect(later.conversations['c']!.head).toBe('b');
  });

  it('neither removes nor changes a conversation in the list', () => {
    const before = after([]).clock;
    const list = (conversations: ReturnType<typeof conversation>[], asOf: number): Event => ({ type: 'listed', conversations, more: false, offset: 0, asOf });
    expect(after([heard, list([], before)]).conversations['c']).toEqual(asked);
    expect(after([heard, list([conversation({ head: null })], before)]).conversations['c']).toEqual(asked);
    const known = after([heard]);
    expect(after([list([], known.clock)], known).conversations).toEqual({});
  });
});
