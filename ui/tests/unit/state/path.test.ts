import { describe, expect, it } from 'vitest';
import { canGoOn, runOf, shown, unitsOf } from '../../../src/state/path';
import type { MessageState } from '../../../src/api/wire';
import { after, answer, conversation, making, question, writing } from '../made';

describe('the shown path', () => {
  it('goes from the head up, and names what is above', () => {
    const state = after([
      {
        type: 'opened', asOf: 0,
        thread: { conversation: conversation({ head: 'a' }), messages: [question({ parent: 'older' }), answer()], older: true, cursors: [] },
      },
    ]);
    expect(shown(state, 'c')).toEqual({ messages: [question({ parent: 'older' }), answer()], above: 'older' });
  });

  it('is empty, with its head above, for a conversation that was not read', () => {
    const state = after([{ type: 'listed', conversations: [conversation({ head: 'a' })], more: false, offset: 0, asOf: 9_999 }]);
    expect(shown(state, 'c')).toEqual({ messages: [], above: 'a' });
  });

  it('follows the head to another branch', () => {
    const other = answer({ id: 'b', state: 'complete', siblings: ['a', 'b'] });
    const state = after([
      { type: 'fetched', message: other, asOf: 9 },
      { type: 'headed', conversation: 'c', head: 'b' },
    ], writing());
    expect(shown(state, 'c').messages.map((one) => one.id)).toEqual(['q', 'b']);
  });
});

it('the run of a message is the one that writes it', () => {
  expect(runOf(writing(), answer())).toBe('r');
  expect(runOf(writing(), answer({ making: null }))).toBe('r');
  expect(runOf(writing(), answer({ state: 'complete' }))).toBeNull();
});

describe('going on', () => {
  const problem = (can_continue: boolean) => ({ code: 'x', detail: '', request_id: null, can_continue });
  const cases: [MessageState, boolean | null, boolean][] = [
    ['complete', null, false], ['running', null, false], ['refused', true, false], ['stopped', null, true],
    ['stopped', false, false], ['incomplete', null, true], ['incomplete', true, true], ['incomplete', false, false],
    ['failed', null, false], ['failed', true, true],
  ];
  it.each(cases)('of an answer that is %s with can_continue %s: %s', (state, can, expected) => {
    expect(canGoOn(answer({ state, making: making({ problem: can === null ? null : problem(can) }) }))).toBe(expected);
  });
  it('is nothing for a question', () => expect(canGoOn(question())).toBe(false));
});

it('a seam counts characters, the page counts UTF-16 units', () => {
  expect(unitsOf('a😀b', 2)).toBe(3);
  expect(unitsOf('図書', 1)).toBe(1);
  expect(unitsOf('ab', 9)).toBe(2);
});
