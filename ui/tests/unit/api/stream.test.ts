import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { follow, HIDDEN_MS, pauseBefore, SILENCE_MS, type Follower, type Following } from '../../../src/api/stream';

/** A server that a test writes to. */
class Line {
  readonly requests: { address: string; last: string | undefined; signal: AbortSignal }[] = [];
  private readonly writers: ReadableStreamDefaultController<Uint8Array>[] = [];
  answer: () => Response = () => new Response(new ReadableStream({ start: (writer) => void this.writers.push(writer) }));
  fetch = (address: string, init: { headers: Record<string, string>; signal: AbortSignal }) => {
    this.requests.push({ address, last: init.headers['last-event-id'], signal: init.signal });
    const response = this.answer();
    init.signal.addEventListener('abort', () => this.writers.at(-1)?.error(new Error('aborted')));
    return Promise.resolve(response);
  };
  say = (text: string) => this.writers.at(-1)!.enqueue(new TextEncoder().encode(text));
  hangUp = () => this.writers.at(-1)!.close();
}

const follower = (given: Partial<Follower> = {}): Follower => ({
  address: () => '/events', lastEventId: () => '', told: vi.fn(), stands: vi.fn(), refused: vi.fn(), mayRest: () => true, ...given,
});
const settle = () => vi.advanceTimersByTimeAsync(0);

describe('the event stream', () => {
  let line: Line;
  let following: Following | null = null;
  beforeEach(() => {
    vi.useFakeTimers();
    line = new Line();
    vi.stubGlobal('fetch', line.fetch);
  });
  afterEach(() => {
    following?.close();
    vi.unstubAllGlobals();
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('tells events, and is live as soon as anything comes', async () => {
    const mine = follower();
    following = follow(mine);
    await settle();
    line.say(': beat\n\n');
    await settle();
    expect(mine.stands).toHaveBeenLastCalledWith('live');
    line.say('event: hello\ndata: {}\n\n');
    await settle();
    expect(mine.told).toHaveBeenCalledWith({ event: 'hello', data: '{}', id: '' });
  });

  it('comes back after a loss, from where it stood', async () => {
    const mine = follower({ lastEventId: () => 'r:0.5' });
    following = follow(mine);
    await settle();
    line.hangUp();
    await settle();
    expect(mine.stands).toHaveBeenLastCalledWith('lost');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(line.requests.map((request) => request.last)).toEqual(['r:0.5', 'r:0.5']);
  });

  it('is given up when it is silent for longer than the beats are apart', async () => {
    const mine = follower();
    following = follow(mine);
    await settle();
    await vi.advanceTimersByTimeAsync(SILENCE_MS - 1_000);
    line.say(': beat\n\n');
    await vi.advanceTimersByTimeAsync(SILENCE_MS - 1_000);
    expect(line.requests).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(line.requests.length).toBeGreaterThan(1);
  });

  it('rests while nobody looks and comes back at once', async () => {
    const mine = follower();
    following = follow(mine);
    await settle();
    const visibility = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
    document.dispatchEvent(new Event('visibilitychange'));
    await vi.advanceTimersByTimeAsync(HIDDEN_MS - 11_000);
    line.say(': beat\n\n');
    await vi.advanceTimersByTimeAsync(11_000);
    expect(mine.stands).toHaveBeenLastCalledWith('resting');
    expect(line.requests[0]!.signal.aborted).toBe(true);
    visibility.mockReturnValue('visible');
    document.dispatchEvent(new Event('visibilitychange'));
    await settle();
    expect(line.requests).toHaveLength(2);
  });

  it('does not rest while an answer is being written', async () => {
    const mine = follower({ mayRest: () => false });
    following = follow(mine);
    await settle();
    vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
    document.dispatchEvent(new Event('visibilitychange'));
    for (let beats = 0; beats < 5; beats += 1) {
      await vi.advanceTimersByTimeAsync(10_000);
      line.say(': beat\n\n');
    }
    expect(line.requests).toHaveLength(1);
    expect(line.requests[0]!.signal.aborted).toBe(false);
  });

  it('does not knock again where it is refused', async () => {
    const mine = follower();
    line.answer = () => new Response('{"code":"unauthorized","detail":"sign in"}', { status: 401 });
    following = follow(mine);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(line.requests).toHaveLength(1);
    expect(mine.refused).toHaveBeenCalledOnce();
  });

  it('stays away for as long as it is asked to', async () => {
    const mine = follower();
    line.answer = () => new Response('{"code":"rate_limited","detail":"too many"}', { status: 429, headers: { 'retry-after': '10' } });
    following = follow(mine);
    await vi.advanceTimersByTimeAsync(9_000);
    expect(line.requests).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(line.requests).toHaveLength(2);
    expect(mine.refused).not.toHaveBeenCalled();
  });

  it('turns to another address at once, and hears no more of the old one', async () => {
    let address = '/events?conversation=a';
    const mine = follower({ address: () => address });
    following = follow(mine);
    await settle();
    address = '/events?conversation=b';
    following.turn();
    await settle();
    expect(line.requests.map((request) => request.address)).toEqual(['/events?conversation=a', '/events?conversation=b']);
    expect(line.requests[0]!.signal.aborted).toBe(true);
  });
});

it('pauses grow, and have an end', () => {
  expect(pauseBefore(0, 0.5)).toBe(400);
  expect(pauseBefore(3, 0.5)).toBe(3_200);
  expect(pauseBefore(30, 0.5)).toBe(10_000);
  expect(pauseBefore(2, 0)).toBeLessThan(pauseBefore(2, 1));
});
