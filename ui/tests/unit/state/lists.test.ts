import { describe, expect, it } from 'vitest';
import type { Model } from '../../../src/api/wire';
import { looksLikeText, refusalOf, typeOf } from '../../../src/state/files';
import { groups } from '../../../src/state/groups';
import { named } from '../../../src/state/models';
import { byProvider, favouritesFirst, refusedBy } from '../../../src/state/picking';
import { limitOf, longer, linesOf, numberOf, objectOf, withField, withReach } from '../../../src/state/shapes';
import { after, conversation } from '../made';

const model = (given: Partial<Model> = {}): Model => ({
  id: 'm', name: 'Model', provider: 'Maker', prefill: 'refused', reasoning: true, sampling: 'both', inputs: ['text', 'image'],
  documents: true, cache: true, profiles: [], scope: 'bare', available: 'yes', ...given,
});

describe('the groups of the sidebar', () => {
  const now = new Date(2026, 10, 24, 9, 0).getTime();
  const at = (day: number, hour = 12) => new Date(2026, 10, day, hour).getTime();
  const list = (...conversations: ReturnType<typeof conversation>[]) =>
    groups(after([{ type: 'listed', conversations, more: false, offset: 0, asOf: 9_999 }]), now).map((group) => [group.name.kind, group.conversations.map((one) => one.id)]);

  it('are pinned, folders, and then days', () => {
    expect(
      list(
        conversation({ id: 'october', updated_at: new Date(2026, 9, 3).getTime() }),
        conversation({ id: 'week', updated_at: at(19) }),
        conversation({ id: 'yesterday', updated_at: at(23, 0) }),
        conversation({ id: 'today', updated_at: at(24, 0) }),
        conversation({ id: 'work', folder: 'Work', updated_at: at(24) }),
        conversation({ id: 'pinned', pinned: true, folder: 'Work', updated_at: at(2) }),
      ),
    ).toEqual([
      ['pinned', ['pinned']], ['folder', ['work']], ['today', ['today']], ['yesterday', ['yesterday']], ['week', ['week']], ['month', ['october']],
    ]);
  });

  it('have the latest first, and leave out what is being removed', () => {
    const state = after([
      { type: 'listed', conversations: ['a', 'b', 'c'].map((id, index) => conversation({ id, updated_at: at(24, index) })), more: false, offset: 0, asOf: 9_999 },
      { type: 'removing', conversation: 'b' },
    ]);
    expect(groups(state, now)[0]!.conversations.map((one) => one.id)).toEqual(['c', 'a']);
  });
});

describe('files', () => {
  it('have the type that Bedrock knows them by', () => {
    expect(typeOf({ name: 'Plan.PDF', type: '', size: 1 })).toBe('application/pdf');
    expect(typeOf({ name: 'main.rs', type: 'text/x-rust', size: 1 })).toBe('text/plain');
    expect(typeOf({ name: 'pasted', type: 'image/png', size: 1 })).toBe('image/png');
    expect(typeOf({ name: 'film.mov', type: 'video/quicktime', size: 1 })).toBeNull();
  });
  it('are text when they are UTF-8 without NUL, even if cut inside a character', () => {
    const bytes = new TextEncoder().encode('設計');
    expect(looksLikeText(bytes)).toBe(true);
    expect(looksLikeText(bytes.slice(0, 5))).toBe(true);
    expect(looksLikeText(new Uint8Array([0x41, 0]))).toBe(false);
    expect(looksLikeText(new Uint8Array([0xff, 0xfe, 0x41]))).toBe(false);
  });
  it('are refused by kind, by size and by what the model takes', () => {
    const limits = { message_chars: 9, attachment_bytes: 100, image_bytes: 40, document_bytes: 60, attachments_per_message: 5, body_bytes: 99 };
    expect(refusalOf(null, 1, limits, model())).toEqual({ why: 'kind' });
    expect(refusalOf('image/png', 41, limits, model())).toEqual({ why: 'size', most: 40 });
    expect(refusalOf('application/pdf', 60, limits, model())).toBeNull();
    expect(refusalOf('image/png', 1, limits, model({ inputs: ['text'] }))).toEqual({ why: 'noImages' });
    expect(refusalOf('text/plain', 1, limits, model({ documents: false }))).toEqual({ why: 'noDocuments' });
  });
});

describe('the model picker', () => {
  it('finds every word anywhere, and puts what cannot be had last', () => {
    const list = [model({ id: 'gone', name: 'Frog 1', available: 'no' }), model({ id: 'here', name: 'Frog 2' }), model({ id: 'x', name: 'Toad' })];
    expect(byProvider(list, 'FROG maker')).toEqual([{ name: 'Maker', models: [list[1], list[0]] }]);
  });
  it('begins with the chosen one, then has later versions before earlier ones', () => {
    const list = ['Frog 4.6', 'Frog 10', 'Frog 5'].map((name) => model({ id: name, name }));
    const other = model({ id: 'other', provider: 'Another' });
    const found = byProvider([other, ...list], '', list[0]);
    expect(found.map((provider) => provider.models.map((one) => one.name))).toEqual([['Frog 4.6', 'Frog 10', 'Frog 5'], ['Model']]);
  });
  it('has favourites apart, and no group without a model', () => {
    const [frog, toad] = [model({ id: 'frog' }), model({ id: 'toad', provider: 'Other' })];
    const providers = byProvider([frog, toad], '');
    expect(favouritesFirst(providers, ['toad', 'gone'])).toEqual({ favourites: [toad], others: [{ name: 'Maker', models: [frog] }] });
    expect(favouritesFirst(providers, [])).toEqual({ favourites: [], others: providers });
  });
  it('knows a model by any of its profiles', () => {
    const frog = model({ id: 'global.frog-1', scope: 'global', profiles: ['us', 'global'] });
    expect(named([frog], 'global.frog-1')).toBe(frog);
    expect(named([frog], 'us.frog-1')).toBe(frog);
    expect(named([frog], 'frog-1')).toBe(frog);
    expect(named([frog], 'eu.frog-1')).toBeNull();
  });
  it('marks what a model does not take', () => {
    expect([...refusedBy(model({ sampling: 'none', reasoning: false }), {})]).toEqual(['temperature', 'top_p', 'effort']);
    expect([...refusedBy(model({ sampling: 'one' }), { temperature: 0, top_p: 1 })]).toEqual(['top_p']);
    expect([...refusedBy(model({ sampling: 'one' }), { temperature: 0 })]).toEqual([]);
    expect([...refusedBy(null, { temperature: 1 })]).toEqual([]);
  });
});

describe('a shape', () => {
  it('has no field that is unset, and 0 is set', () => {
    expect(withField({ temperature: 1 }, 'temperature', undefined)).toEqual({});
    expect(withField({}, 'temperature', 0)).toEqual({ temperature: 0 });
    expect(withReach(withReach({}, 'max_parts', 8), 'max_parts', undefined)).toEqual({});
    expect(withReach({ reach: { max_cost: 1 } }, 'max_parts', 8)).toEqual({ reach: { max_cost: 1, max_parts: 8 } });
  });
  it('never goes further than the operator lets it', () => {
    const policy = { mode: 'extend' as const, max_parts: 64, max_output_tokens: 9, max_cost: null, seams: 'proven' as const };
    expect(limitOf('max_parts', { reach: { max_parts: 8 } }, { reach: { max_parts: 20 } }, policy)).toBe(8);
    expect(limitOf('max_parts', {}, { reach: { max_parts: 99 } }, policy)).toBe(64);
    expect(limitOf('max_cost', {}, {}, policy)).toBeNull();
    expect(limitOf('max_cost', { reach: { max_cost: 1 } }, {}, policy)).toBe(1);
  });
  it('can be lengthened up to what the operator lets it, where it is shorter', () => {
    const policy = { mode: 'extend' as const, max_parts: 64, max_output_tokens: 900, max_cost: null, seams: 'proven' as const };
    const most = { reach: { mode: 'extend', max_parts: 64, max_output_tokens: 900 } };
    expect(longer({}, {}, policy, null)).toBeNull();
    expect(longer({ max_tokens: 10, reach: { max_cost: 1 } }, {}, policy, model({ max_output: 99 }))).toBeNull();
    expect(longer({ reach: { mode: 'cap' } }, {}, policy, null)).toEqual(most);
    expect(longer({}, { reach: { max_parts: 2 } }, policy, null)).toEqual(most);
    expect(longer({ reach: { max_output_tokens: 5 } }, {}, policy, null)).toEqual(most);
    expect(longer({ reach: { max_parts: 2 } }, {}, undefined, null)).toBeNull();
    const capped = { ...policy, mode: 'cap' as const };
    expect(longer({ max_tokens: 10 }, {}, capped, model({ max_output: 99 }))).toEqual({ reach: { ...most.reach, mode: 'cap' }, max_tokens: 99 });
    expect(longer({ max_tokens: 99 }, {}, capped, model({ max_output: 99 }))).toBeNull();
  });
  it('reads what is typed', () => {
    expect(numberOf('', 0, 1, 'any')).toBeUndefined();
    expect(numberOf('frog', 0, 1, 'any')).toBeUndefined();
    expect(numberOf('3', 0, 1, 'any')).toBe(1);
    expect(numberOf('2.6', 1, 64, 'whole')).toBe(3);
    expect(linesOf('\n\n')).toBeUndefined();
    expect(linesOf('END\nSTOP')).toEqual(['END', 'STOP']);
    expect(objectOf('{"top_k": 5}')).toEqual({ top_k: 5 });
    expect(objectOf('[1]')).toBe('wrong');
    expect(objectOf('{')).toBe('wrong');
    expect(objectOf(' ')).toBeUndefined();
  });
});
