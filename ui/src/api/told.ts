import type { ServerEvent } from './sse';
import type { Conversation, Entry, Id, Message, Told } from './wire';

/** Where a reader stands in the log of a run. */
export interface Cursor {
  readonly run: Id;
  readonly epoch: number;
  readonly seq: number;
}

/** Reads `run:epoch.seq`; nothing if it is not one. */
export function cursorOf(text: string): Cursor | null {
  const found = /^([^:,]+):(\d+)\.(\d+)$/.exec(text);
  return found ? { run: found[1]!, epoch: Number(found[2]), seq: Number(found[3]) } : null;
}

/** Reads the cursors of an event's id. */
export const cursorsOf = (id: string): Cursor[] => id.split(',').flatMap((one) => cursorOf(one.trim()) ?? []);

/** What an event of the stream says; nothing for an event of a newer server that we do not know. */
export function toldBy(event: ServerEvent): Told | null {
  switch (event.event) {
    case 'hello':
      return { event: 'hello', ...(JSON.parse(event.data) as { version: string; build: string }) };
    case 'conversation':
      return { event: 'conversation', conversation: JSON.parse(event.data) as Conversation };
    case 'removed':
      return { event: 'removed', ...(JSON.parse(event.data) as { conversation: Id }) };
    case 'message':
      return { event: 'message', ...(JSON.parse(event.data) as { message: Message; cursor: string | null }) };
    case 'entries': {
      const said = JSON.parse(event.data) as {
        conversation: Id; message: Id; run: Id; from: number; entries: Entry[];
      };
      const cursor = cursorsOf(event.id).find((one) => one.run === said.run);
      return { event: 'entries', ...said, epoch: cursor?.epoch ?? 0 };
    }
    default:
      return null;
  }
}
