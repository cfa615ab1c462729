import { describe, expect, it } from 'vitest';
import { triggerAt } from '../../../src/triggers/trigger';

/** The trigger of a text whose caret is `|`. */
const at = (marked: string) => triggerAt(marked.replace('|', ''), marked.indexOf('|'));
const told = (marked: string) => {
  const found = at(marked);
  return found && `${found.sign}${found.typed} ${found.from}-${found.to}`;
};

describe('a slash', () => {
  it.each([
    ['/|', '/ 0-1'],
    ['/se|', '/se 0-3'],
    ['/se|ttings', '/se 0-3'],
    ['/new chat|', '/new chat 0-9'],
    ['/|what was written before', '/ 0-1'],
    ['／設定|', '/設定 0-3'],
  ])('at the beginning asks: %s', (marked, wanted) => expect(told(marked)).toBe(wanted));
  it.each(['|/', 'a /|', '\n/|', ' /|', '/ a|', '/new\n|', `/${'a'.repeat(81)}|`])('elsewhere is text: %j', (marked) => expect(at(marked)).toBeNull());
});

describe('an at sign and a number sign', () => {
  it.each([
    ['@|', '@ 0-1'],
    ['ask @son|', '@son 4-8'],
    ['ask @son| now', '@son 4-8'],
    ['一行目\n@|', '@ 4-5'],
    ['これを@son|', '@son 3-7'],
    ['「＠son|」', '@son 1-5'],
    ['＃議事|', '#議事 0-3'],
    ['(#notes.txt|', '#notes.txt 1-11'],
    ['/echo @son|', '@son 6-10'],
    [`${'長い'.repeat(500)}@${'a'.repeat(80)}|`, `@${'a'.repeat(80)} 1000-1081`],
  ])('at the start of a word ask: %s', (marked, wanted) => expect(told(marked)).toBe(wanted));
  it.each(['me@example.com|', 'C#|', '12#|', 'a/#top|', '&#39|', '## |', '# Title|', '##|', '@@|', '@ |', 'ask @son now|', '|@', 'é@|', 'я@|', `${'a'.repeat(90)}@b@|`, `@${'a'.repeat(81)}|`, `x@${'a'.repeat(80)}|`])(
    'elsewhere are text: %s',
    (marked) => expect(at(marked)).toBeNull(),
  );
});
