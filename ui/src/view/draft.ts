// What was begun to be written, per conversation, until it is sent.

import type { Attachment, Id } from '../api/wire';
import { drop, keep, kept } from '../app/keeping';

export interface Draft {
  readonly text: string;
  readonly attachments: readonly Attachment[];
  /** The model for this message, where it is another one than the conversation's. */
  readonly model?: string | null;
}

const nameOf = (conversation: Id | null): string => `draft.${conversation ?? 'new'}`;

export const draftOf = (conversation: Id | null): Draft => kept<Draft>(nameOf(conversation)) ?? { text: '', attachments: [] };

export function keepDraft(conversation: Id | null, draft: Draft): void {
  if (draft.text || draft.attachments.length || draft.model) keep(nameOf(conversation), draft);
  else drop(nameOf(conversation));
}

let fill: ((draft: Draft) => void) | null = null;

/** The composer that is on the page takes drafts from elsewhere (an example, a message taken back). */
export function onPrefill(take: (draft: Draft) => void): () => void {
  fill = take;
  return () => {
    if (fill === take) fill = null;
  };
}

/** Puts a draft into the composer of a conversation. */
export function prefillDraft(conversation: Id | null, draft: Draft): void {
  keepDraft(conversation, draft);
  fill?.(draft);
}
