// The files that were attached before, of the messages that are at hand.

import type { Attachment, Id } from '../api/wire';
import type { State } from '../state/state';

export interface Files {
  /** Of this conversation, the latest first. */
  readonly here: readonly Attachment[];
  /** Of others that were looked at. */
  readonly elsewhere: readonly Attachment[];
}

/** Each file once: one that was attached again is still the same. */
export function filesOf(state: State, conversation: Id | null): Files {
  // What was removed is still at hand for a while, but its files are not.
  const there = ({ conversation: id }: { conversation: Id }) => state.conversations[id] !== undefined && !state.removing[id];
  const latest = Object.values(state.messages).filter(there).sort((one, other) => other.created_at - one.created_at);
  const files = (of: typeof latest) => [...new Map(of.flatMap((message) => message.attachments).map((file) => [file.id, file])).values()];
  const here = files(latest.filter((message) => message.conversation === conversation));
  const known = new Set(here.map((file) => file.id));
  const elsewhere = files(latest.filter((message) => message.conversation !== conversation)).filter((file) => !known.has(file.id));
  return { here, elsewhere };
}
