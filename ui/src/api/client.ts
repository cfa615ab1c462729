// One function for each thing the server can do. Each answers or throws a `Failure`.

import { asFailure, failureOf } from './failure';
import type {
  About, Attachment, Change, Conversation, Day, Defaults, Doctor, Exchange, Hit, Id, Message, Model, Onward, Post, Posted,
  Run, Shape, Spent, Thread,
} from './wire';

const ROOT = '/api/v1';

interface Sent {
  readonly json?: unknown;
  readonly raw?: Blob;
  readonly key?: string;
  readonly signal?: AbortSignal;
  /** Goes on although the page is left. */
  readonly outlives?: boolean;
}

async function call<Answer>(method: string, path: string, sent: Sent = {}): Promise<Answer> {
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

const query = (fields: Record<string, string | number | undefined>): string => {
  const pairs = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return pairs.length ? `?${new URLSearchParams(pairs).toString()}` : '';
};

export const about = () => call<About>('GET', '/about');
export const signIn = (password: string) => call<void>('POST', '/session', { json: { password } });
export const signOut = () => call<void>('DELETE', '/session');

export const conversations = (offset = 0, limit = 100) =>
  call<{ conversations: Conversation[]; more: boolean }>('GET', `/conversations${query({ offset, limit })}`);
export const create = (made: { id: Id; title?: string; folder?: string; shape?: Shape }) =>
  call<Conversation>('POST', '/conversations', { json: made });
export const change = (id: Id, wish: Change) => call<Conversation>('PATCH', `/conversations/${id}`, { json: wish });
export const remove = (id: Id) => call<void>('DELETE', `/conversations/${id}`, { outlives: true });
export const thread = (id: Id, until?: Id, limit = 50) =>
  call<Thread>('GET', `/conversations/${id}${query({ until, limit })}`);

export const message = (id: Id) => call<Message>('GET', `/messages/${id}`);
export const post = (conversation: Id, posted: Post, key: string) =>
  call<Posted>('POST', `/conversations/${conversation}/messages`, { json: posted, key });
export const again = (question: Id, answer: Id, shape: Shape, key: string) =>
  call<Posted>('POST', `/messages/${question}/answers`, { json: { answer, shape }, key });
export const goOn = (answer: Id, key: string) => call<Posted>('POST', `/messages/${answer}/continue`, { json: {}, key });
export const onward = (answer: Id, wish: Onward, key: string) =>
  call<Posted>('POST', `/messages/${answer}/onward`, { json: wish, key });
export const retry = (id: Id, seam: number, answer: Id, key: string) =>
  call<Posted>('POST', `/messages/${id}/retry`, { json: { seam, answer }, key });
export const cut = (id: Id, seam: number, answer: Id) =>
  call<Message>('POST', `/messages/${id}/cut`, { json: { seam, answer } });
export const exchanges = (id: Id) => call<{ exchanges: Exchange[] }>('GET', `/messages/${id}/exchanges`);

export const stop = (run: Id) => call<Run>('POST', `/runs/${run}/stop`, { json: {} });
export const finish = (run: Id) => call<Run>('POST', `/runs/${run}/finish`, { json: {} });

export const search = (q: string, signal?: AbortSignal) =>
  call<{ hits: Hit[] }>('GET', `/search${query({ q, limit: 30 })}`, signal ? { signal } : {});
export const models = () => call<{ models: Model[] }>('GET', '/models');
export const defaults = () => call<Defaults>('GET', '/defaults');
export const putDefaults = (wish: Defaults) => call<Defaults>('PUT', '/defaults', { json: wish });
export const usage = (days = 30) => call<{ days: Day[]; total: Spent }>('GET', `/usage${query({ days })}`);
export const doctor = () => call<Doctor>('GET', '/doctor');

export const attach = (file: Blob, name: string, signal?: AbortSignal) =>
  call<Attachment>('POST', `/attachments${query({ name })}`, signal ? { raw: file, signal } : { raw: file });
export const detach = (id: Id) => call<void>('DELETE', `/attachments/${id}`);
export const attachmentAddress = (id: Id) => `${ROOT}/attachments/${id}`;

export const exportAddress = (id: Id, format: 'markdown' | 'json', seams: 'none' | 'comments' = 'none') =>
  `${ROOT}/conversations/${id}/export${query({ format, seams })}`;
export const exportAllAddress = `${ROOT}/export`;
export const importFile = (file: Blob) =>
  call<{ conversations: number; messages: number }>('POST', '/import', {
    raw: new Blob([file], { type: 'application/json' }),
  });

export const eventsAddress = (conversation: Id | null) =>
  `${ROOT}/events${query({ conversation: conversation ?? undefined })}`;
