// Keeps the state in step with the server: the event stream of the open conversation, and what has to
// be read anew after it was away.

import * as api from '../api/client';
import { asFailure } from '../api/failure';
import { follow, type Following } from '../api/stream';
import { toldBy } from '../api/told';
import type { Id } from '../api/wire';
import { cursors, shown } from '../state/path';
import { pump } from './sending';
import { lineStands, readAbout, readModels, serverIs } from './server.svelte';
import { happened, stateNow, streamSaid } from './store.svelte';

let open: Id | null = null;
let address = '';
let following: Following | null = null;
let greeted = false;

/** Follows a conversation from now on; none is only the list. */
export function followConversation(id: Id | null, signedOut: () => void): void {
  open = id;
  if (following) {
    if (address !== wanted()) following.turn();
    return;
  }
  following = follow({
    address: () => (address = wanted()),
    lastEventId: () => (open === null ? '' : cursors(stateNow(), open)),
    // Also what is written elsewhere ends in the sidebar, in the title, and in a notification.
    mayRest: () => !Object.values(stateNow().conversations).some(({ standing }) => standing === 'running'),
    told(event) {
      const told = toldBy(event);
      if (!told) return;
      if (told.event === 'hello') {
        serverIs(told.build);
        // The first stream begins beside the first list; a later one may have missed something.
        if (greeted) void catchUp();
        greeted = true;
        void pump();
        return;
      }
      streamSaid(told);
    },
    stands: lineStands,
    refused(failure) {
      lineStands('lost');
      if (failure.status === 401) signedOut();
    },
  });
}

const wanted = (): string => api.eventsAddress(open !== null && onServer(open) ? open : null);

/** A conversation that only the outbox knows cannot be followed yet. */
const onServer = (id: Id): boolean => !stateNow().outbox.some((one) => one.conversation === id && one.make);

/** Reads what may have changed while nobody listened: also who answers, for the server may be another one. */
async function catchUp(): Promise<void> {
  await Promise.allSettled([list(), open === null ? null : readThread(open), readAbout(), readModels()]);
}

/** Reads the list of conversations from the beginning. */
export async function list(offset = 0): Promise<void> {
  const asOf = stateNow().clock;
  const { conversations, more } = await api.conversations(offset);
  happened({ type: 'listed', conversations, more, offset, asOf });
}

/** Reads the end of a conversation; whether it is there. */
export async function readThread(id: Id, until?: Id): Promise<'there' | 'missing' | 'offline'> {
  const asOf = stateNow().clock;
  try {
    const thread = await api.thread(id, until);
    happened({ type: 'opened', thread, asOf });
    return 'there';
  } catch (thrown) {
    return asFailure(thrown).status === 404 ? 'missing' : 'offline';
  }
}

/** Reads the messages above those that are there. */
export async function readAbove(id: Id): Promise<void> {
  const { above } = shown(stateNow(), id);
  if (above !== null) await readThread(id, above);
}
