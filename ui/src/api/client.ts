// One function for each thing the server can do. Each answers or throws a `Failure`. Those of what comes later are in `later.ts`.

import { asFailure, failureOf } from './failure';
import type { About, Change, Conversation, Defaults, Id, Model, Post, Posted, Shape, Thread } from './wire';

export const ROOT = '/api/v1';

interface Sent {
  readonly json?: unknown;
  readonly raw?: Blob;
  readonly key?: string;
  readonly signal?: AbortSignal;
  /** Goes on although the page is left. */
  readonly outlives?: boolean;
}

export async function call<Answer>(method: string, path: string, sent: Sent = {}): Promise<Answer> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (sent.json !== undefined) headers['content-type'] = 'application/json';
  if (sent.raw) headers['content-type'] = sent.raw.type || 'application/octet-stream';
  if (sent.key) headers['idempotency-key'] = sent.key;
  const body = sent.raw ?? (sent.json === undefined ? null : JSON.stringify(sent.json));
  try {
    const response = await fetch(ROOT + path, {
      method, headers, body, signal: sent.signal ?? null, keepalive: sent.outlives ?? false,
    });
    if (!response.ok) throw await failureOf(response);
    return (response.status === 204 ? undefined : await response.json()) as Answer;
  } catch (thrown) {
    throw asFailure(thrown);
  }
}

export const query = (fields: Record<string, string | number | undefined>): string => {
  const pairs = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return pairs.length ? `?${new URLSearchParams(pairs).toString()}` : '';
};

export const about = () => call<About>('GET', '/about');
export const signOut = () => call<void>('DELETE', '/session');

export const conversations = (offset = 0, limit = 100) =>
  call<{ conversations: Conversation[]; more: boolean }>('GET', `/conversations${query({ offset, limit })}`);
export const create = (made: { id: Id; title?: string; folder?: string; shape?: Shape }) =>
  call<Conversation>('POST', '/conversations', { json: made });
export const change = (id: Id, wish: Change) => call<Conversation>('PATCH', `/conversations/${id}`, { json: wish });
export const thread = (id: Id, until?: Id, limit = 50) =>
  call<Thread>('GET', `/conversations/${id}${query({ until, limit })}`);

export const post = (conversation: Id, posted: Post, key: string) =>
  call<Posted>('POST', `/conversations/${conversation}/messages`, { json: posted, key });

export const models = () => call<{ models: Model[] }>('GET', '/models');
export const defaults = () => call<Defaults>('GET', '/defaults');
export const putDefaults = (wish: Defaults) => call<Defaults>('PUT', '/defaults', { json: wish });

export const attachmentAddress = (id: Id) => `${ROOT}/attachments/${id}`;

export const eventsAddress = (conversation: Id | null) =>
  `${ROOT}/events${query({ conversation: conversation ?? undefined })}`;
