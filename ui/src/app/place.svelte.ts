// Where the visitor is: `/` or `/c/<conversation>`, with `#m-<message>` for one message.

import type { Id } from '../api/wire';

export interface Place {
  readonly conversation: Id | null;
  readonly message: Id | null;
}

export function placeOf(path: string, hash: string): Place {
  const conversation = /^\/c\/([0-9A-Za-z-]+)\/?$/.exec(path)?.[1] ?? null;
  return { conversation, message: conversation && (/^#m-([0-9A-Za-z-]+)$/.exec(hash)?.[1] ?? null) };
}

export const addressOf = ({ conversation, message }: Place): string =>
  (conversation ? `/c/${conversation}` : '/') + (conversation && message ? `#m-${message}` : '');

let current = $state.raw(placeOf(location.pathname, location.hash));

/** Where the visitor is: reactive. */
export const place = (): Place => current;

export function go(conversation: Id | null, message: Id | null = null): void {
  const next = { conversation, message };
  if (addressOf(next) !== addressOf(current)) history.pushState(null, '', addressOf(next));
  current = next;
}

/** Follows the browser's own back, forward and hash changes; call once. */
export function followHistory(): void {
  const moved = () => (current = placeOf(location.pathname, location.hash));
  window.addEventListener('popstate', moved);
  window.addEventListener('hashchange', moved);
}
