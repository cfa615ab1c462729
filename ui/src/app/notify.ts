// The system's notifications: for whoever does not look at the page.

import type { Conversation } from '../api/wire';
import { words } from '../words/more.svelte';
import { go } from './place.svelte';

/** Asks for leave to notify, at the visitor's own wish; whether it is given. */
export async function mayNotify(): Promise<boolean> {
  return 'Notification' in window && (await Notification.requestPermission()) === 'granted';
}

/** Tells that the answer of a conversation has ended; a click leads there. */
export function notify({ id, title, standing }: Conversation): void {
  if (!('Notification' in window) || Notification.permission !== 'granted') return;
  try {
    const shown = new Notification(title || 'Tsuzuki', { body: standing === 'unread' ? words().saysDone(0) : words().saysShort, tag: id });
    shown.onclick = () => {
      window.focus();
      go(id);
      shown.close();
    };
  } catch {
    // Some browsers of phones let only service workers notify.
  }
}
