import { expect, it } from 'vitest';
import type { Attachment } from '../../../src/api/wire';
import { filesOf } from '../../../src/triggers/files';
import { after, conversation, question } from '../made';

const file = (id: string): Attachment => ({ id, name: `${id}.txt`, media_type: 'text/plain', kind: 'document', bytes: 1 });

it('files of this conversation come first, the latest before the others, each once, and none of what was removed', () => {
  const asked = (id: string, of: string, at: number, ...files: string[]) =>
    ({ type: 'fetched', asOf: 9_999, message: question({ id, conversation: of, created_at: at, attachments: files.map(file) }) }) as const;
  const conversations = ['here', 'there', 'gone'].map((id) => conversation({ id }));
  const state = after([
    { type: 'listed', conversations, more: false, offset: 0, asOf: 9_999 },
    asked('1', 'here', 1, 'a', 'b'),
    asked('2', 'here', 2, 'c', 'a'),
    asked('3', 'there', 3, 'd', 'b'),
    asked('4', 'gone', 4, 'e'),
    { type: 'removing', conversation: 'gone' },
  ]);
  const ids = (files: readonly Attachment[]) => files.map(({ id }) => id);
  const { here, elsewhere } = filesOf(state, 'here');
  expect([ids(here), ids(elsewhere)]).toEqual([['c', 'a', 'b'], ['d']]);
  expect(ids(filesOf(state, null).elsewhere)).toEqual(['d', 'b', 'c', 'a']);
});
