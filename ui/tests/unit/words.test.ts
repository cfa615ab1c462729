import { describe, expect, it } from 'vitest';
import { en as first } from '../../src/words/en';
import { more } from '../../src/words/more/en';
import { short } from '../../src/words/short/en';
import { bytes, dollars, lasting } from '../../src/words/numbers';
import { footerOf } from '../../src/view/footer';
import { en, ja } from '../words';
import { answer, making, NOTHING, part, seam } from './made';

/** Every word of a dictionary by its path, functions by how many blanks they have. */
function flat(words: object, path = ''): [string, string | number][] {
  return Object.entries(words).flatMap(([name, word]) => {
    const at = `${path}${name}`;
    if (typeof word === 'function') return [[at, word.length] as [string, number]];
    return typeof word === 'string' ? [[at, word] as [string, string]] : flat(word as object, `${at}.`);
  });
}

describe('the dictionaries', () => {
  it('have the same words with the same blanks', () => {
    const blanks = (words: object) => flat(words).map(([path, word]) => [path, typeof word === 'number' ? word : 'text']);
    expect(blanks(ja)).toEqual(blanks(en));
  });
  it('have no word twice', () => {
    expect(Object.keys({ ...first, ...short, ...more })).toHaveLength([first, short, more].flatMap(Object.keys).length);
  });
  it('leave no word empty, and no sentence in English', () => {
    for (const [path, word] of [...flat(en), ...flat(ja)]) expect(word, path).not.toBe('');
    const inEnglish = new Map(flat(en));
    const same = flat(ja).filter(([path, word]) => typeof word === 'string' && word === inEnglish.get(path));
    const names = ['exampleCodeText', 'temperature', 'topP', 'takesNone.temperature', 'takesNone.top_p', 'markdown.downloadTable'];
    expect(new Set(same.map(([path]) => path))).toEqual(new Set(names));
  });
  it('say what the house says', () => {
    expect(ja.part).toBe('パート');
    expect(ja.seam).toBe('つなぎ目');
    expect(ja.proof.unverified).toBe('つなぎ目を確認できません');
    expect(ja.finishPart).toBe('このパートで終える');
    expect(ja.incomplete('出力上限')).toBe('未完（理由：出力上限）');
    expect(ja.notUsed('temperature')).toBe('このモデルでは temperature は使われません');
  });
});

describe('the footer', () => {
  const spent = { ...NOTHING, answers: 1, parts: 3, input: 410, cache_read: 3_900, output: 11_842, cost: 0.21 };
  const made = making({ parts: [part(1), part(2), part(3)], seams: [seam(), seam({ part: 3 })], spent, ms: 108_000 });

  it('tells model, place, parts, tokens, cost and time', () => {
    expect(footerOf(answer({ state: 'complete', making: made }), 'Sonnet 5', en).join(' · ')).toBe(
      'Sonnet 5 · Tokyo · 3 parts (continued ×2) · 11,842 out · 4,310 in (3,900 cached) · $0.21 · 1m 48s',
    );
  });
  it('counts what was joined, not the calls that were turned away', () => {
    const called = making({ parts: [part(1), part(2), part(3)] });
    expect(footerOf(answer({ state: 'complete', making: called }), 'M', en)).toContain('1 part');
  });
  it('tells why an answer is not whole, and what was left out', () => {
    const problem = { code: 'part_budget', detail: '', request_id: null, can_continue: true };
    const message = answer({ state: 'incomplete', making: making({ problem, dropped: ['temperature'] }) });
    expect(footerOf(message, 'M', ja).slice(-2)).toEqual(['未完（理由：パート数の上限）', 'このモデルでは temperature は使われません']);
  });
  it('shows a reason that it does not know as it is', () => {
    const problem = { code: 'moon_phase', detail: '', request_id: null, can_continue: false };
    expect(footerOf(answer({ state: 'failed', making: making({ problem }) }), 'M', en)).toContain('Incomplete (reason: moon_phase)');
  });
});

it('numbers are written as people write them', () => {
  expect(lasting('en', 812)).toBe('0.8s');
  expect(lasting('en', 42_000)).toBe('42s');
  expect(lasting('ja', 108_000)).toBe('1分48秒');
  expect(dollars('en', 0)).toBe('$0.00');
  expect(dollars('en', 0.0042)).toBe('$0.0042');
  expect(dollars('en', 1.239)).toBe('$1.24');
  expect(bytes('en', 4_500_000)).toBe('4.5 MB');
  expect(bytes('en', 14)).toBe('14 byte');
});
