// How the entries of a run's log change its message.

import type { Block, Entry, Making, Message, Moment, Part, Spent } from '../api/wire';
import { without, type State } from './state';

const NOTHING_SPENT: Spent = {
  answers: 1, parts: 0, input: 0, output: 0, cache_read: 0, cache_write: 0, cost: 0, continuing: 0, estimated: false,
};

const NOTHING_MADE: Making = {
  model: '', region: null, run: null, parts: [], seams: [], spent: NOTHING_SPENT, ms: 0, dropped: [], problem: null,
};

/** A message after one entry. */
export function after(message: Message, entry: Entry): Message {
  switch (entry.kind) {
    case 'text':
    case 'reasoning':
      return { ...message, blocks: grown(message.blocks, entry.block, entry.kind, entry.text) };
    case 'part': {
      const making = message.making ?? NOTHING_MADE;
      return { ...message, making: { ...making, parts: withPart(making.parts, entry.part) } };
    }
    case 'seam': {
      const making = message.making ?? NOTHING_MADE;
      return { ...message, making: { ...making, seams: [...making.seams, entry.seam] } };
    }
    case 'waiting':
    case 'resumed':
      return message;
    case 'over':
      return { ...message, state: entry.state, making: entry.making };
  }
}

function grown(blocks: readonly Block[], number: number, kind: Block['kind'], text: string): readonly Block[] {
  const last = blocks.length - 1;
  const at = blocks[last]?.number === number ? last : blocks.findIndex((block) => block.number === number);
  if (at >= 0) return blocks.with(at, { ...blocks[at]!, text: blocks[at]!.text + text });
  const place = blocks.findIndex((block) => block.number > number);
  return blocks.toSpliced(place < 0 ? blocks.length : place, 0, { number, kind, text });
}

function withPart(parts: readonly Part[], part: Part): readonly Part[] {
  const at = parts.findIndex((one) => one.number === part.number);
  return at < 0 ? [...parts, part].toSorted((one, other) => one.number - other.number) : parts.with(at, part);
}

/** What an answer waits for after one entry. */
export function waitsAfter(waits: State['waits'], message: string, entry: Entry, now: Moment): State['waits'] {
  if (entry.kind !== 'waiting') return without(waits, message);
  return { ...waits, [message]: { why: entry.why, until: now + entry.at_most, attempt: entry.attempt } };
}

/** What an answer waits for by what the server says of it as a whole. */
export function waitsOf(waits: State['waits'], { id, state, making }: Message): State['waits'] {
  const waiting = state === 'running' ? making?.waiting : null;
  return waiting ? { ...waits, [id]: waiting } : without(waits, id);
}
