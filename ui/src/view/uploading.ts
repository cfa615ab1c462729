// Gets a file to the server, if server and model take it.

import * as api from '../api/client';
import { asFailure } from '../api/failure';
import type { Attachment, Model } from '../api/wire';
import { server } from '../app/server.svelte';
import { looksLikeText, refusalOf, typeOf, type FileLike, type Refusal } from '../state/files';
import { words } from '../words/more.svelte';
import { bytes } from '../words/numbers';

const BEGINNING_BYTES = 8_192;

export const isImage = (file: FileLike): boolean => typeOf(file)?.startsWith('image/') ?? false;

/** The file as the server keeps it, or why it cannot go along. */
export async function upload(file: File, model: Model | null): Promise<{ attachment: Attachment; name: string } | { told: string }> {
  let type = typeOf(file);
  if (type === null && looksLikeText(new Uint8Array(await file.slice(0, BEGINNING_BYTES).arrayBuffer()))) type = 'text/plain';
  const refusal = refusalOf(type, file.size, server.about?.limits, model);
  if (refusal || type === null) return { told: told(refusal ?? { why: 'kind' }) };
  try {
    const attachment = await api.attach(new Blob([file], { type }), file.name);
    return { attachment, name: attachment.name };
  } catch (thrown) {
    const failure = asFailure(thrown);
    return { told: failure.code === 'offline' ? words().offlineNotice : failure.message };
  }
}

/** Why a file that the server has cannot go along. */
export function refused(type: string, size: number, model: Model | null): string | null {
  const refusal = refusalOf(type, size, server.about?.limits, model);
  return refusal && told(refusal);
}

function told(refusal: Refusal): string {
  const w = words();
  switch (refusal.why) {
    case 'kind':
      return w.notText;
    case 'size':
      return w.tooLarge(bytes(w.language, refusal.most));
    case 'noImages':
      return w.noImages;
    case 'noDocuments':
      return w.noDocuments;
  }
}
