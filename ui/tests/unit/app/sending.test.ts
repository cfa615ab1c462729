import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Message } from '../../../src/api/wire';
import { answer, conversation, making, question } from '../made';

/** A server that keeps what it took, by its keys. */
class Taker {
  readonly asked: { method: string; path: string; key: string | null; body: Record<string, unknown> }[] = [];
  /** What to answer instead: a status, or no answer at all. */
  instead: (number | 'nothing')[] = [];

  fetch = (path: string, init: { method: string; headers: Record<string, string>; body: string | null }) => {
    const body = JSON.parse(init.body ?? '{}') as Record<string, string>;
    this.asked.push({ method: init.method, path, key: init.headers['idempotency-key'] ?? null, body });
    const instead = this.instead.shift();
    if (instead === 'nothing') return Promise.reject(new TypeError('Failed to fetch'));
    if (instead) return Promise.resolve(new Response(JSON.stringify({ code: instead === 503 ? 'shutting_down' : 'invalid', detail: 'text: too long' }), { status: instead }));
    if (path.endsWith('/conversations')) return Promise.resolve(Response.json(conversation({ id: body['id']! })));
    const messages: Message[] = [
      question({ id: body['id']!, parent: body['parent'] ?? null }),
      answer({ id: body['answer']!, parent: body['id']!, making: making({ run: 'new' }) }),
    ];
    return Promise.resolve(Response.json({ run: 'new', cursor: 'new:0.0', messages }));
  };
  get posts() {
    return this.asked.filter((one) => one.path.endsWith('/messages'));
  }
}

/** The page's parts, as after a fresh load: what the browser kept stays. */
async function page() {
  vi.resetModules();
  const store = await import('../../../src/app/store.svelte');
  return { ...(await import('../../../src/app/sending')), ...store };
}
const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
const keptNames = () => Object.keys(localStorage).filter((name) => /outbox|queue/.test(name));

describe('the outbox', () => {
  let server: Taker;
  beforeEach(() => {
    vi.useFakeTimers();
    localStorage.clear();
    server = new Taker();
    vi.stubGlobal('fetch', server.fetch);
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it('makes a new conversation, then sends, and keeps nothing that was taken', async () => {
    const { say, state } = await page();
    say({ conversation: 'c', text: 'Hello', attachments: [], make: { shape: { model: 'm' }, folder: null }, parent: null });
    expect(state().outbox).toHaveLength(1);
    expect(keptNames()).toHaveLength(1);
    await settle();
    expect(server.asked.map((one) => one.path)).toEqual(['/api/v1/conversations', '/api/v1/conversations/c/messages']);
    expect(server.asked[0]!.body).toEqual({ id: 'c', shape: { model: 'm' } });
    expect(state().outbox).toEqual([]);
    expect(keptNames()).toEqual([]);
  });

  it('tries again with the same key and the same ids until it is taken', async () => {
    server.instead = ['nothing', 503];
    const { say, state } = await page();
    say({ conversation: 'c', text: 'On the train', attachments: [], parent: null });
    await settle();
    expect(state().outbox[0]!.stage).toBe('waiting');
    await settle(10_000);
    expect(server.posts).toHaveLength(3);
    expect(new Set(server.posts.map((one) => one.key)).size).toBe(1);
    expect(new Set(server.posts.map((one) => JSON.stringify(one.body))).size).toBe(1);
    expect(state().outbox).toEqual([]);
  });

  it('survives the page: the next visit sends the same', async () => {
    server.instead = ['nothing'];
    (await page()).say({ conversation: 'c', text: 'Later', attachments: [], parent: null });
    await settle();
    vi.clearAllTimers();
    const { restoreUnsent, state } = await page();
    restoreUnsent();
    await settle();
    expect(server.posts).toHaveLength(2);
    expect(server.posts[1]!.key).toBe(server.posts[0]!.key);
    expect(state().outbox).toEqual([]);
  });

  it('leaves what the server refuses to the visitor, and goes on with the next', async () => {
    server.instead = [400];
    const { say, withdraw, state } = await page();
    say({ conversation: 'c', text: 'Too long', attachments: [], parent: null });
    say({ conversation: 'd', text: 'Fine', attachments: [], parent: null });
    await settle(60_000);
    expect(server.posts).toHaveLength(2);
    expect(state().outbox).toMatchObject([{ conversation: 'c', stage: 'refused', told: 'text: too long' }]);
    expect(withdraw(state().outbox[0]!.key)?.post.text).toBe('Too long');
    expect(keptNames()).toEqual([]);
  });

  it('lets a message wait for the answer before it, and then sends it with the ids it had', async () => {
    const { say, pumpQueue, happened, state } = await page();
    happened({ type: 'listed', conversations: [conversation({ head: 'a' })], more: false, offset: 0, asOf: 9_999 });
    const thread = { conversation: conversation({ head: 'a' }), messages: [question(), answer()], older: false, cursors: ['r:0.0'] };
    happened({ type: 'opened', thread, asOf: 0 });
    say({ conversation: 'c', text: 'And then?', attachments: [], shape: { model: 'other' } });
    pumpQueue();
    await settle();
    expect(server.posts).toEqual([]);
    const [queued] = state().queue;
    const over = { kind: 'over' as const, state: 'complete' as const, making: making() };
    happened({ type: 'told', told: { event: 'entries', conversation: 'c', message: 'a', run: 'r', from: 0, entries: [over], epoch: 0 }, now: 0 });
    pumpQueue();
    await settle();
    expect(server.posts).toHaveLength(1);
    expect(server.posts[0]!.body).toMatchObject({ id: queued!.id, answer: queued!.answer, parent: 'a', text: 'And then?', shape: { model: 'other' } });
    expect(server.posts[0]!.key).toBe(queued!.id);
    expect(state().queue).toEqual([]);
    expect(keptNames()).toEqual([]);
  });
});
