// What takes files along with a message, and gets them to the server.

import * as api from '../api/later';
import { asFailure } from '../api/failure';
import type { Attachment, Id, Model } from '../api/wire';
import { server } from '../app/server.svelte';
import { stateNow } from '../app/store.svelte';
import { looksLikeText, refusalOf, typeOf, type Refusal } from '../state/files';
import { words } from '../words/more.svelte';
import { bytes } from '../words/numbers';
import { chipOf, nextKey, type Attaching, type Chip } from './attaching.svelte';

const BEGINNING_BYTES = 8_192;

/** Takes a file along, if server and model take it: it is sent to the server now. */
export async function take(attaching: Attaching, file: File, model: Model | null): Promise<void> {
  const image = typeOf(file)?.startsWith('image/') ?? false;
  const chip = { key: nextKey(), name: file.name, size: file.size, image, preview: null, attachment: null, told: null };
  if (!add(attaching, chip)) return;
  if (image) attaching.put(chip.key, { preview: URL.createObjectURL(file) });
  attaching.put(chip.key, await upload(file, model));
}

/** Takes along a file that an earlier message has. */
export function takeAgain(attaching: Attaching, attachment: Attachment, model: Model | null): void {
  const refusal = refusalOf(attachment.media_type, attachment.bytes, server.about?.limits, model);
  const chip = chipOf(attachment);
  add(attaching, refusal ? { ...chip, attachment: null, told: told(refusal) } : chip);
}

/** Leaves a file out again. */
export function drop(attaching: Attaching, key: number): void {
  const gone = attaching.chips.find((chip) => chip.key === key);
  attaching.chips = attaching.chips.filter((chip) => chip.key !== key);
  if (gone?.preview?.startsWith('blob:')) URL.revokeObjectURL(gone.preview);
  // What a message has stays. A file that none took is removed by the server in time: a failure here costs nothing.
  if (gone?.attachment && !isSent(gone.attachment.id)) void api.detach(gone.attachment.id).catch(() => undefined);
}

/** Puts one more beside the others; whether a message may have so many. */
function add(attaching: Attaching, chip: Chip): boolean {
  const most = server.about?.limits?.attachments_per_message ?? Infinity;
  const isOver = attaching.chips.length >= most;
  attaching.chips = [...attaching.chips, isOver ? { ...chip, attachment: null, told: words().tooMany(most) } : chip];
  return !isOver;
}

const isSent = (id: Id): boolean => Object.values(stateNow().messages).some((message) => message.attachments.some((one) => one.id === id));

/** The file as the server keeps it, or why it cannot go along. */
async function upload(file: File, model: Model | null): Promise<Partial<Chip>> {
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
