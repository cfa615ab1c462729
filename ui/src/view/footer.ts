// The line under an answer: `Sonnet 5 · Tokyo · 3 parts (continued ×2) · 11,842 out · 4,310 in (3,900 cached)
// · $0.21 · 1m 48s`.

import type { Making, Message } from '../api/wire';
import { dollars, lasting, place } from '../words/numbers';
import type { Short } from '../words/short/en';
import type { Words } from '../words/words.svelte';

/** Those for an answer that ended short may be still to come. */
type Known = Words & Partial<Pick<Short, 'reason'>>;

/** The pieces of the line, for a message that is settled. */
export function footerOf(message: Message, modelName: string, words: Known): string[] {
  const { making } = message;
  if (!making) return [];
  const { spent } = making;
  const about = spent.estimated ? words.approximately : '';
  const input = spent.input + spent.cache_read + spent.cache_write;
  const joints = making.seams.length;
  const pieces = [
    modelName,
    making.region ? place(words.language, making.region) : '',
    // By its joints, not by its calls: one that was turned away is no part of the text.
    joints ? words.partsContinued(joints + 1, joints) : making.parts.length ? words.parts(1) : '',
    spent.output ? about + words.out(spent.output) : '',
    input ? words.in(input, spent.cache_read) : '',
    spent.cost ? about + dollars(words.language, spent.cost) : '',
    making.ms ? lasting(words.language, making.ms) : '',
    ...standing(message, making, words),
    ...making.dropped.map((name) => words.notUsed(nameOf(name, words))),
  ];
  return pieces.filter(Boolean);
}

function standing(message: Message, making: Making, words: Known): string[] {
  switch (message.state) {
    case 'stopped':
      return words.reason ? [words.incomplete(words.reason.stopped)] : [];
    case 'incomplete':
    case 'refused':
    case 'failed':
      return words.reason ? [words.incomplete(reasonOf(making.problem?.code, words.reason))] : [];
    case 'complete':
    case 'running':
      return [];
  }
}

export const nameOf = (field: string, words: Words): string =>
  field in words.takesNone ? words.takesNone[field as keyof Words['takesNone']] : field;

const reasonOf = (code: string | undefined, reasons: Short['reason']): string =>
  code && code in reasons ? reasons[code as keyof Short['reason']] : (code ?? reasons.other);
