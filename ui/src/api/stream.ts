// The one event stream of a tab: read by fetch, watched by its heartbeats, opened again with backoff,
// closed while nobody looks.

import { failureOf, type Failure } from './failure';
import { eventReader, type ServerEvent } from './sse';

export interface Following {
  /** Open another address from now on (another conversation), at once. */
  turn(): void;
  close(): void;
}

export interface Follower {
  address(): string;
  /** Where to go on from: the cursors held, joined; empty for none. */
  lastEventId(): string;
  told(event: ServerEvent): void;
  /** Whether nothing is lost if a hidden tab stops listening: no answer is being written in it. */
  mayRest(): boolean;
  /** `live`: bytes come. `lost`: they do not, and we try. `resting`: nobody looks. */
  stands(how: 'live' | 'lost' | 'resting'): void;
  /** The server would not (signed out, say): nothing is tried again before `turn`. */
  refused(failure: Failure): void;
}

/** The server beats every 10 s: after two and a half beats of silence the line is dead. */
export const SILENCE_MS = 25_000;
/** How long a hidden tab keeps its stream. */
export const HIDDEN_MS = 30_000;
const FIRST_PAUSE_MS = 400;
const LONGEST_PAUSE_MS = 10_000;

/** The pause before the nth try (from 0), with jitter so that many tabs do not come at once. */
export const pauseBefore = (attempt: number, chance = Math.random()): number =>
  Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt) * (0.75 + chance / 2);

export function follow(follower: Follower): Following {
  let abort: AbortController | null = null;
  let attempt = 0;
  let again: ReturnType<typeof setTimeout> | undefined;
  let hidden: ReturnType<typeof setTimeout> | undefined;
  let closed = false;

  const rest = () => {
    clearTimeout(again);
    abort?.abort();
    abort = null;
  };

  const open = async () => {
    rest();
    if (closed) return;
    const mine = new AbortController();
    abort = mine;
    let silence: ReturnType<typeof setTimeout> | undefined;
    /** How long the server asked us to stay away. */
    let away = 0;
    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(() => mine.abort(), SILENCE_MS);
    };
    heard();
    try {
      const headers: Record<string, string> = { accept: 'text/event-stream' };
      const last = follower.lastEventId();
      if (last) headers['last-event-id'] = last;
      const response = await fetch(follower.address(), { headers, signal: mine.signal, cache: 'no-store' });
      if (!response.ok || !response.body) {
        away = Number(response.headers.get('retry-after') ?? 0) * 1_000 || 0;
        const failure = await failureOf(response);
        if (abort === mine && response.status < 500 && !failure.passes) {
          abort = null;
          follower.refused(failure);
          return;
        }
        throw failure;
      }
      const read = eventReader((event) => {
        if (abort === mine) follower.told(event);
      });
      const text = new TextDecoder();
      const reader = response.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done || abort !== mine) break;
        heard();
        attempt = 0;
        follower.stands('live');
        read(text.decode(value, { stream: true }));
      }
    } catch {
      // Whatever broke the line, the way on is the same: try again below.
    } finally {
      clearTimeout(silence);
    }
    if (abort !== mine) return;
    abort = null;
    follower.stands('lost');
    again = setTimeout(() => void open(), Math.max(away, pauseBefore(attempt)));
    attempt += 1;
  };

  const now = () => {
    attempt = 0;
    void open();
  };
  const nobodyLooks = () => {
    if (!follower.mayRest()) {
      hidden = setTimeout(nobodyLooks, HIDDEN_MS);
      return;
    }
    rest();
    follower.stands('resting');
  };
  const looks = () => {
    clearTimeout(hidden);
    if (document.visibilityState === 'hidden') hidden = setTimeout(nobodyLooks, HIDDEN_MS);
    else if (!abort) now();
  };
  const online = () => now();
  document.addEventListener('visibilitychange', looks);
  window.addEventListener('online', online);
  void open();
  return {
    turn: now,
    close() {
      closed = true;
      clearTimeout(hidden);
      rest();
      document.removeEventListener('visibilitychange', looks);
      window.removeEventListener('online', online);
    },
  };
}
