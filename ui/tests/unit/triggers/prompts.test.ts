import { beforeEach, describe, expect, it, vi } from 'vitest';

/** The prompts as after a fresh load: what the browser kept stays. */
async function fresh() {
  vi.resetModules();
  return import('../../../src/triggers/prompts.svelte');
}

describe('prompts', () => {
  beforeEach(() => localStorage.clear());

  it('are kept by name, changed in place, and removed', async () => {
    const { keepPrompt } = await fresh();
    expect(keepPrompt({ name: 'b', text: 'two' })).toBe(true);
    expect(keepPrompt({ name: 'a', text: 'one' })).toBe(true);
    const later = await fresh();
    expect(later.prompts().map(({ name, text }) => [name, text])).toEqual([['a', 'one'], ['b', 'two']]);
    later.keepPrompt({ ...later.prompts()[0]!, name: 'c' });
    expect(later.prompts().map(({ name }) => name)).toEqual(['b', 'c']);
    later.removePrompt(later.prompts()[0]!.id);
    expect((await fresh()).prompts().map(({ name }) => name)).toEqual(['c']);
  });
  it('of another tab are not lost', async () => {
    const here = await fresh();
    const elsewhere = await fresh();
    elsewhere.keepPrompt({ name: 'theirs', text: 'x' });
    here.keepPrompt({ name: 'ours', text: 'y' });
    expect(here.prompts().map(({ name }) => name)).toEqual(['ours', 'theirs']);
  });
  it('say when the browser keeps nothing', async () => {
    const { keepPrompt, prompts } = await fresh();
    const full = vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    expect(keepPrompt({ name: 'a', text: 'x' })).toBe(false);
    full.mockRestore();
    expect(prompts()).toEqual([]);
  });
  it('that are none are passed over', async () => {
    localStorage.setItem('tsuzuki.prompts', JSON.stringify([null, 'x', { id: '1', name: 'a' }, { id: '2', name: 'b', text: 'c' }]));
    expect((await fresh()).prompts().map(({ id }) => id)).toEqual(['2']);
    localStorage.setItem('tsuzuki.prompts', '{"a":1}');
    expect((await fresh()).prompts()).toEqual([]);
  });
  it('are called by the beginning of their first line', async () => {
    const { nameFor } = await fresh();
    expect(nameFor('\n  Translate this\ninto Japanese')).toBe('Translate this');
    expect([...nameFor('鮨'.repeat(100))]).toHaveLength(40);
  });
});
