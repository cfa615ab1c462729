// Which files can be attached: their kinds, and the limits of server and model, before anything is sent.

import type { Limits, Model } from '../api/wire';

export interface FileLike {
  readonly name: string;
  readonly type: string;
  readonly size: number;
}

/** The media types of what Bedrock takes, by the end of a name. */
const TYPES: Record<string, string> = {
  png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', gif: 'image/gif', webp: 'image/webp',
  pdf: 'application/pdf', csv: 'text/csv', html: 'text/html', htm: 'text/html', md: 'text/markdown', txt: 'text/plain',
  doc: 'application/msword', xls: 'application/vnd.ms-excel',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

export type Refusal = { why: 'kind' } | { why: 'size'; most: number } | { why: 'noImages' } | { why: 'noDocuments' };

/** What a file is sent as; nothing when its name and type do not tell. */
export function typeOf(file: FileLike): string | null {
  const end = /\.([^.]+)$/.exec(file.name)?.[1]?.toLowerCase() ?? '';
  if (TYPES[end]) return TYPES[end];
  if (Object.values(TYPES).includes(file.type)) return file.type;
  return file.type.startsWith('text/') ? 'text/plain' : null;
}

/** Whether the beginning of a file is text: what has no NUL in it and is UTF-8 goes as plain text. */
export function looksLikeText(beginning: Uint8Array): boolean {
  if (beginning.includes(0)) return false;
  try {
    // A character cut at the end of the beginning is no error.
    new TextDecoder('utf-8', { fatal: true }).decode(beginning, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** Why a file of this media type cannot go with a message to this model; nothing when it can. */
export function refusalOf(type: string | null, size: number, limits: Limits | undefined, model: Model | null): Refusal | null {
  if (type === null) return { why: 'kind' };
  const image = type.startsWith('image/');
  if (image && model && !model.inputs.includes('image')) return { why: 'noImages' };
  if (!image && model && !model.documents) return { why: 'noDocuments' };
  const most = limits ? Math.min(limits.attachment_bytes, image ? limits.image_bytes : limits.document_bytes) : Infinity;
  return size > most ? { why: 'size', most } : null;
}
