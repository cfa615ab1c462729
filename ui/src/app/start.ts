// What happens when the page opens, and after signing in.

import * as api from '../api/client';
import { followConversation, list } from './following';
import { place } from './place.svelte';
import { restoreUnsent } from './sending';
import { lineStands, readAbout, readDefaults, readModels } from './server.svelte';

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
