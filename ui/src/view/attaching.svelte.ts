// Files on their way into a message.

import * as api from '../api/client';
import { asFailure } from '../api/failure';
import type { Attachment, Id, Model } from '../api/wire';
import { server } from '../app/server.svelte';
import { stateNow } from '../app/store.svelte';
import { looksLikeText, refusalOf, typeOf, type Refusal } from '../state/files';
import { bytes } from '../words/numbers';
import { words } from '../words/words.svelte';

export interface Chip {
  readonly key: number;
  readonly name: string;
  readonly size: number;
  readonly image: boolean;
  /** A picture of the file, made here. */
  readonly preview: string | null;
  readonly attachment: Attachment | null;
  /** Why it cannot go along. */
  readonly told: string | null;
}

const BEGINNING_BYTES = 8_192;
let count = 0;

export class Attaching {
  chips = $state.raw<readonly Chip[]>([]);

  get attachments(): Attachment[] {
    return this.chips.flatMap((chip) => chip.attachment ?? []);
  }

  /** Whether a file is still on its way. */
  get busy(): boolean {
    return this.chips.some((chip) => !chip.attachment && !chip.told);
  }

  restore(attachments: readonly Attachment[]): void {
    this.chips = attachments.map((attachment) => ({ ...chipOf(attachment), attachment }));
  }

  /** Lets a file that an earlier message has go along once more. */
  again(attachment: Attachment, model: Model | null): void {
    const most = server.about?.limits?.attachments_per_message ?? Infinity;
    const refusal = refusalOf(attachment.media_type, attachment.bytes, server.about?.limits, model);
    const why = this.chips.length >= most ? words().tooMany(most) : refusal && told(refusal);
    this.chips = [...this.chips, why ? { ...chipOf(attachment), told: why } : { ...chipOf(attachment), attachment }];
  }

  async add(files: readonly File[], model: Model | null): Promise<void> {
    await Promise.all(files.map((file) => this.take(file, model)));
  }

  drop(key: number): void {
    const gone = this.chips.find((chip) => chip.key === key);
    this.chips = this.chips.filter((chip) => chip.key !== key);
    if (gone?.preview?.startsWith('blob:')) URL.revokeObjectURL(gone.preview);
    // What a message has stays. A file that none took is removed by the server in time: a failure here costs nothing.
    if (gone?.attachment && !isSent(gone.attachment.id)) void api.detach(gone.attachment.id).catch(() => undefined);
  }

  /** They went along with a message. */
  clear(): void {
    for (const chip of this.chips) if (chip.preview?.startsWith('blob:')) URL.revokeObjectURL(chip.preview);
    this.chips = [];
  }

  private async take(file: File, model: Model | null): Promise<void> {
    const key = (count += 1);
    const most = server.about?.limits?.attachments_per_message ?? Infinity;
    const image = typeOf(file)?.startsWith('image/') ?? false;
    const chip: Chip = {
      key, name: file.name, size: file.size, image, preview: image ? URL.createObjectURL(file) : null, attachment: null,
      told: this.chips.length >= most ? words().tooMany(most) : null,
    };
    this.chips = [...this.chips, chip];
    if (chip.told) return;
    let type = typeOf(file);
    if (type === null && looksLikeText(new Uint8Array(await file.slice(0, BEGINNING_BYTES).arrayBuffer()))) type = 'text/plain';
    const refusal = refusalOf(type, file.size, server.about?.limits, model);
    if (refusal || type === null) return this.put(key, { told: told(refusal ?? { why: 'kind' }) });
    try {
      const attachment = await api.attach(new Blob([file], { type }), file.name);
      this.put(key, { attachment, name: attachment.name });
    } catch (thrown) {
      const failure = asFailure(thrown);
      this.put(key, { told: failure.code === 'offline' ? words().offlineNotice : failure.message });
    }
  }

  private put(key: number, change: Partial<Chip>): void {
    this.chips = this.chips.map((chip) => (chip.key === key ? { ...chip, ...change } : chip));
  }
}

const chipOf = ({ id, name, bytes: size, kind }: Attachment): Chip => ({
  key: (count += 1), name, size, image: kind === 'image', preview: kind === 'image' ? api.attachmentAddress(id) : null,
  attachment: null, told: null,
});

const isSent = (id: Id): boolean => Object.values(stateNow().messages).some((message) => message.attachments.some((one) => one.id === id));

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
