// What the server can do that is asked for by parts of the page that come later.

import { call, query, ROOT } from './client';
import type { Attachment, Day, Doctor, Exchange, Hit, Id, Message, Onward, Posted, Run, Shape, Spent } from './wire';

export const signIn = (password: string) => call<void>('POST', '/session', { json: { password } });
export const remove = (id: Id) => call<void>('DELETE', `/conversations/${id}`, { outlives: true });

export const message = (id: Id) => call<Message>('GET', `/messages/${id}`);
export const again = (question: Id, answer: Id, shape: Shape, key: string) =>
  call<Posted>('POST', `/messages/${question}/answers`, { json: { answer, shape }, key });
export const goOn = (answer: Id, key: string) => call<Posted>('POST', `/messages/${answer}/continue`, { json: {}, key });
export const onward = (answer: Id, wish: Onward, key: string) =>
  call<Posted>('POST', `/messages/${answer}/onward`, { json: wish, key });
export const retry = (id: Id, seam: number, answer: Id, key: string) =>
  call<Posted>('POST', `/messages/${id}/retry`, { json: { seam, answer }, key });
export const cut = (id: Id, seam: number, answer: Id) =>
  call<Message>('POST', `/messages/${id}/cut`, { json: { seam, answer } });
export const stop = (run: Id) => call<Run>('POST', `/runs/${run}/stop`, { json: {} });
export const finish = (run: Id) => call<Run>('POST', `/runs/${run}/finish`, { json: {} });
export const exchanges = (id: Id) => call<{ exchanges: Exchange[] }>('GET', `/messages/${id}/exchanges`);

export const search = (q: string, signal?: AbortSignal) =>
  call<{ hits: Hit[] }>('GET', `/search${query({ q, limit: 30 })}`, signal ? { signal } : {});
export const usage = (days = 30) => call<{ days: Day[]; total: Spent }>('GET', `/usage${query({ days })}`);
export const doctor = () => call<Doctor>('GET', '/doctor');

export const attach = (file: Blob, name: string, signal?: AbortSignal) =>
  call<Attachment>('POST', `/attachments${query({ name })}`, signal ? { raw: file, signal } : { raw: file });
export const detach = (id: Id) => call<void>('DELETE', `/attachments/${id}`);

export const exportAddress = (id: Id, format: 'markdown' | 'json', seams: 'none' | 'comments' = 'none') =>
  `${ROOT}/conversations/${id}/export${query({ format, seams })}`;
export const exportAllAddress = `${ROOT}/export`;
export const importFile = (file: Blob) =>
  call<{ conversations: number; messages: number }>('POST', '/import', {
    raw: new Blob([file], { type: 'application/json' }),
  });
