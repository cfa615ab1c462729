// Files on their way into a message.

import * as api from '../api/client';
import type { Attachment, Model } from '../api/wire';
import { server } from '../app/server.svelte';
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
    this.chips = attachments.map((attachment) => ({
      key: (count += 1),
      name: attachment.name,
      size: attachment.bytes,
      image: attachment.kind === 'image',
      preview: attachment.kind === 'image' ? api.attachmentAddress(attachment.id) : null,
      attachment,
      told: null,
    }));
  }

  async add(files: readonly File[], model: Model | null): Promise<void> {
    await Promise.all(files.map((file) => this.take(file, model)));
  }

  drop(key: number): void {
    const gone = this.chips.find((chip) => chip.key === key);
    this.chips = this.chips.filter((chip) => chip.key !== key);
    if (gone?.preview?.startsWith('blob:')) URL.revokeObjectURL(gone.preview);
    // A file that no message took is removed by the server in time: a failure here costs nothing.
    if (gone?.attachment) void api.detach(gone.attachment.id).catch(() => undefined);
  }

  /** They went along with a message. */
  clear(): void {
    for (const chip of this.chips) if (chip.preview?.startsWith('blob:')) URL.revokeObjectURL(chip.preview);
    this.chips = [];
  }

  private async take(file: File, model: Model | null): Promise<void> {
    const key = (count += 1);
    const most = server.about?.limits?.attachments_per_message ?? Infinity;
    const told = this.chips.length >= most ? words().tooMany(most) : null;
    this.chips = [...this.chips, { key, name: file.name, size: file.size, image: false, preview: null, attachment: null, told }];
    if (told) return;
    const loaded = await import('./uploading').catch(() => null);
    if (!loaded) return this.put(key, { told: words().offlineNotice });
    if (loaded.isImage(file)) this.put(key, { image: true, preview: URL.createObjectURL(file) });
    this.put(key, await loaded.upload(file, model));
  }

  private put(key: number, change: Partial<Chip>): void {
    this.chips = this.chips.map((chip) => (chip.key === key ? { ...chip, ...change } : chip));
  }
}
