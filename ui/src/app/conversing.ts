// What a visitor changes of conversations.

import * as api from '../api/client';
import { asFailure } from '../api/failure';
import type { Change, Id } from '../api/wire';
import { notice } from './notices.svelte';
import { happened } from './store.svelte';

export async function change(id: Id, wish: Change): Promise<void> {
  try {
    happened({ type: 'changed', conversation: await api.change(id, wish) });
  } catch (thrown) {
    notice(asFailure(thrown).message, { tone: 'bad' });
  }
}
