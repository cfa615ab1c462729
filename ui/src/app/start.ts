// What happens when the page opens, and after signing in.

import * as api from '../api/client';
import { unasked } from '../view/ahead';
import { words } from '../words/words.svelte';
import { show } from './dialogs.svelte';
import { followConversation, list } from './following';
import { notice } from './notices.svelte';
import { place } from './place.svelte';
import { restoreUnsent } from './sending';
import { isNewer, lineStands, readAbout, readDefaults, readModels, server } from './server.svelte';

// A part of the page could not be had when it was wanted: a server of another build has it no longer.
addEventListener('vite:preloadError', ({ payload }) => {
  // Who loaded it hears of it a moment later, and may not have been asked for it.
  setTimeout(() => {
    if (unasked.has(payload)) return;
    show(null);
    if (server.line === 'live') isNewer();
    else notice(words().offlineNotice, { tone: 'bad' });
  });
});

/** Whether the visitor is in; `offline` when the server cannot be reached yet. */
export async function start(signedOut: () => void): Promise<'in' | 'out' | 'offline'> {
  try {
    const about = await readAbout();
    if (!about.signed_in && about.sign_in !== 'open') return 'out';
  } catch {
    lineStands('lost');
    return 'offline';
  }
  restoreUnsent();
  followConversation(place().conversation, signedOut);
  // None of these is needed to write a message: what fails is read again when the line is back.
  await Promise.allSettled([list(), readModels(), readDefaults()]);
  return 'in';
}

export async function leave(): Promise<void> {
  await api.signOut().catch(() => undefined);
  location.assign('/');
}
