import { describe, expect, it } from 'vitest';
import { fitting, plain } from '../../../src/triggers/finding';

const entry = (group: string, ...names: string[]) => ({ group, names });
const found = (entries: ReturnType<typeof entry>[], typed: string) => fitting(entries, typed).map(({ names }) => names[0]);

describe('what was typed finds', () => {
  it('names in capitals, wide letters, with spaces and hyphens, in either kana', () => {
    for (const [typed, name] of [['sonnet4.5', 'Claude Sonnet 4.5'], ['ＳＯＮＮＥＴ', 'Sonnet'], ['gpt oss', 'gpt-oss-120b'], ['しすてむ', 'システム'], ['ﾃｰﾏ', 'テーマ'], ['議事', '週次の議事録']] as const) {
      expect(found([entry('a', name)], typed), typed).toEqual([name]);
    }
  });
  it('everything when nothing was typed, in its order', () => {
    expect(found([entry('a', 'z'), entry('b', 'y'), entry('a', 'x')], '')).toEqual(['z', 'x', 'y']);
  });
  it('nothing where nothing fits', () => expect(found([entry('a', 'long', 'Numbers')], 'long 500')).toEqual([]));
  it('those that begin so before those that hold it, and the group of the best first', () => {
    const all = [entry('prompts', 'Renew it'), entry('prompts', 'A new one'), entry('commands', 'Settings'), entry('commands', 'fresh', 'New chat')];
    expect(found(all, 'new')).toEqual(['fresh', 'Renew it', 'A new one']);
  });
  it('by every name', () => expect(found([entry('a', 'export', 'Markdownで書き出す')], '書き出')).toEqual(['export']));
});

it('texts that differ in what is compared stay apart', () => {
  expect(plain('はい')).not.toBe(plain('ばい'));
  expect(plain('4.5')).not.toBe(plain('45'));
});
