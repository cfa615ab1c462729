// Files on their way into a message.

import * as api from '../api/client';
import type { Attachment, Id, Model } from '../api/wire';
import { server } from '../app/server.svelte';
import { stateNow } from '../app/store.svelte';
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
  async again(attachment: Attachment, model: Model | null): Promise<void> {
    const chip = chipOf(attachment);
    if (!this.put(chip)) return;
    const loaded = await import('./uploading').catch(() => null);
    const told = loaded ? loaded.refused(attachment.media_type, attachment.bytes, model) : words().offlineNotice;
    this.change(chip.key, told === null ? { attachment } : { told });
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
    if (!this.put({ key, name: file.name, size: file.size, image: false, preview: null, attachment: null, told: null })) return;
    const loaded = await import('./uploading').catch(() => null);
    if (!loaded) return this.change(key, { told: words().offlineNotice });
    if (loaded.isImage(file)) this.change(key, { image: true, preview: URL.createObjectURL(file) });
    this.change(key, await loaded.upload(file, model));
  }

  /** Puts one more beside the others; whether a message may have so many. */
  private put(chip: Chip): boolean {
    const most = server.about?.limits?.attachments_per_message ?? Infinity;
    const told = this.chips.length >= most ? words().tooMany(most) : null;
    this.chips = [...this.chips, { ...chip, told }];
    return told === null;
  }

  private change(key: number, change: Partial<Chip>): void {
    this.chips = this.chips.map((chip) => (chip.key === key ? { ...chip, ...change } : chip));
  }
}

const chipOf = ({ id, name, bytes: size, kind }: Attachment): Chip => ({
  key: (count += 1), name, size, image: kind === 'image', preview: kind === 'image' ? api.attachmentAddress(id) : null,
  attachment: null, told: null,
});

const isSent = (id: Id): boolean => Object.values(stateNow().messages).some((message) => message.attachments.some((one) => one.id === id));
