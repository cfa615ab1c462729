// What is being saved of a conversation's settings: nothing is asked of a model before it is known.

import type { Id } from '../api/wire';

const savings = new Map<Id, Promise<void>>();

/** Remembers a saving until it is over. */
export function saving(conversation: Id, over: Promise<void>): Promise<void> {
  savings.set(conversation, over);
  return over.finally(() => savings.get(conversation) === over && savings.delete(conversation));
}

/** When the settings of a conversation are saved, whether that went well or not. */
export const saved = async (conversation: Id): Promise<void> => savings.get(conversation);
