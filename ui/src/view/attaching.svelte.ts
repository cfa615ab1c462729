// Files on their way into a message.

import { attachmentAddress } from '../api/client';
import type { Attachment, Model } from '../api/wire';
import { told } from '../app/acting';

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
export const nextKey = (): number => (count += 1);

export class Attaching {
  chips = $state.raw<readonly Chip[]>([]);
  #begun = $state(0);

  get attachments(): Attachment[] {
    return this.chips.flatMap((chip) => chip.attachment ?? []);
  }

  /** Whether a file is still on its way. */
  get busy(): boolean {
    return this.#begun > 0 || this.chips.some((chip) => !chip.attachment && !chip.told);
  }

  restore(attachments: readonly Attachment[]): void {
    this.chips = attachments.map(chipOf);
  }

  add(files: readonly File[], model: Model | null): void {
    this.#do((uploading) => files.forEach((file) => uploading.take(this, file, model)));
  }

  /** Lets a file that an earlier message has go along once more. */
  again(attachment: Attachment, model: Model | null): void {
    this.#do((uploading) => uploading.takeAgain(this, attachment, model));
  }

  drop(key: number): void {
    this.#do((uploading) => uploading.drop(this, key));
  }

  #do(deed: (uploading: typeof import('./uploading')) => void): void {
    this.#begun += 1;
    void import('./uploading').then(deed, told).finally(() => (this.#begun -= 1));
  }

  /** They went along with a message. */
  clear(): void {
    for (const chip of this.chips) if (chip.preview?.startsWith('blob:')) URL.revokeObjectURL(chip.preview);
    this.chips = [];
  }

  put(key: number, change: Partial<Chip>): void {
    this.chips = this.chips.map((chip) => (chip.key === key ? { ...chip, ...change } : chip));
  }
}

export const chipOf = (attachment: Attachment): Chip => ({
  key: nextKey(), name: attachment.name, size: attachment.bytes, image: attachment.kind === 'image',
  preview: attachment.kind === 'image' ? attachmentAddress(attachment.id) : null, attachment, told: null,
});
