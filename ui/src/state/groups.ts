// How the sidebar orders conversations.

import type { Conversation, Moment } from '../api/wire';
import type { State } from './state';

/** All that the sidebar needs to know: it has nothing to do while a text grows. */
export type Listed = Pick<State, 'conversations' | 'removing'>;

export type GroupName =
  | { kind: 'pinned' }
  | { kind: 'folder'; name: string }
  | { kind: 'today' }
  | { kind: 'yesterday' }
  | { kind: 'week' }
  /** Any moment in the month. */
  | { kind: 'month'; at: Moment };

export interface Group {
  readonly key: string;
  readonly name: GroupName;
  readonly conversations: readonly Conversation[];
}

const DAY = 86_400_000;

/** Pinned ones first, then folders by name, then the rest by the day of their last change. */
export function groups({ conversations, removing }: Listed, now: Moment): Group[] {
  const found = new Map<string, { name: GroupName; conversations: Conversation[] }>();
  const there = Object.values(conversations)
    .filter((one) => !removing[one.id])
    .sort((one, other) => other.updated_at - one.updated_at || other.id.localeCompare(one.id));
  for (const one of there) {
    const name = groupOf(one, now);
    const key = keyOf(name);
    const group = found.get(key);
    if (group) group.conversations.push(one);
    else found.set(key, { name, conversations: [one] });
  }
  return [...found]
    .map(([key, group]) => ({ key, ...group }))
    .sort((one, other) => rank(one.name) - rank(other.name) || byName(one.name, other.name));
}

function groupOf(conversation: Conversation, now: Moment): GroupName {
  if (conversation.pinned) return { kind: 'pinned' };
  if (conversation.folder) return { kind: 'folder', name: conversation.folder };
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  const at = conversation.updated_at;
  if (at >= midnight) return { kind: 'today' };
  // Half a day of grace: the day before a change of clocks may be 23 hours long.
  if (at >= new Date(midnight - DAY / 2).setHours(0, 0, 0, 0)) return { kind: 'yesterday' };
  if (at >= new Date(midnight - 6.5 * DAY).setHours(0, 0, 0, 0)) return { kind: 'week' };
  const day = new Date(at);
  return { kind: 'month', at: new Date(day.getFullYear(), day.getMonth(), 1).getTime() };
}

function keyOf(name: GroupName): string {
  if (name.kind === 'folder') return `folder ${name.name}`;
  return name.kind === 'month' ? `month ${name.at}` : name.kind;
}

function rank(name: GroupName): number {
  switch (name.kind) {
    case 'pinned':
      return 0;
    case 'folder':
      return 1;
    case 'today':
      return 2;
    case 'yesterday':
      return 3;
    case 'week':
      return 4;
    case 'month':
      return 5;
  }
}

function byName(one: GroupName, other: GroupName): number {
  if (one.kind === 'folder' && other.kind === 'folder') return one.name.localeCompare(other.name);
  return one.kind === 'month' && other.kind === 'month' ? other.at - one.at : 0;
}

/** The names of all folders, in order. */
export function folders(conversations: State['conversations']): string[] {
  const names = Object.values(conversations).flatMap((one) => one.folder || []);
  return [...new Set(names)].sort((one, other) => one.localeCompare(other));
}
