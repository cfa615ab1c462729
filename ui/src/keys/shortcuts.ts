// The keyboard map: one table, shown under `?` and obeyed here.

import type { Message } from '../api/wire';
import { again, goOn, stop } from '../app/answers';
import { show } from '../app/dialogs.svelte';
import { edit } from '../app/editing.svelte';
import { notice } from '../app/notices.svelte';
import { go, place } from '../app/place.svelte';
import { preferences, toggleSeams } from '../app/preferences.svelte';
import { state } from '../app/store.svelte';
import { groups } from '../state/groups';
import { canGoOn, shown, textOf } from '../state/path';
import { copyText } from '../view/clipboard';
import type { AllWords } from '../words/more.svelte';
import { words } from '../words/words.svelte';
import { composing } from './enter';

export type Action = keyof AllWords['keys'];

/** `Mod` is ⌘ on a Mac and Ctrl elsewhere. Those without Mod, Alt or Shift work only outside of fields. */
export const KEYS: readonly (readonly [Action, string])[] = [
  ['palette', 'Mod+K'],
  ['fresh', 'Mod+Shift+O'],
  ['sidebar', 'Mod+B'],
  ['model', 'Mod+Shift+M'],
  ['settings', 'Mod+,'],
  ['composer', 'Shift+Escape'],
  ['stop', 'Escape'],
  ['previous', 'Alt+ArrowUp'],
  ['following', 'Alt+ArrowDown'],
  ['copy', 'Mod+Shift+C'],
  ['code', 'Mod+Shift+;'],
  ['down', 'J'],
  ['up', 'K'],
  ['again', 'R'],
  ['edit', 'E'],
  ['goOn', 'C'],
  ['seams', 'S'],
  ['help', '?'],
];

const MAC = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent);
const FACES: Record<string, string> = {
  Mod: MAC ? '⌘' : 'Ctrl', Shift: MAC ? '⇧' : 'Shift', Alt: MAC ? '⌥' : 'Alt', ArrowUp: '↑', ArrowDown: '↓', Escape: 'Esc',
};

/** The keys of an action, as they are printed on this machine's keyboard. */
export function keysOf(action: Action): string {
  const keys = KEYS.find(([one]) => one === action)?.[1] ?? '';
  const faces = keys.split('+').map((key) => FACES[key] ?? key);
  return (action === 'stop' ? [...faces, ...faces] : faces).join(MAC || action === 'stop' ? ' ' : '+');
}

/** The keys an event presses, as the table writes them. */
export function chord(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const plain = event.code === 'Semicolon' && event.shiftKey ? ';' : key;
  // Shift is part of how `?` is typed, not of what it is.
  const shift = event.shiftKey && plain !== '?';
  return [event.metaKey || event.ctrlKey ? 'Mod' : '', event.altKey ? 'Alt' : '', shift ? 'Shift' : '', plain]
    .filter(Boolean)
    .join('+');
}

const TWICE_MS = 700;
let escaped = 0;

/** Does what a key press asks for, if it asks for something. */
export function shortcut(event: KeyboardEvent, page: { toggleSidebar: () => void }): void {
  if (preferences().shortcuts === 'off' || event.defaultPrevented || composing(event)) return;
  const keys = chord(event);
  const action = KEYS.find(([, one]) => one === keys)?.[0];
  if (!action) return;
  const at = event.target;
  const typing = at instanceof HTMLElement && (at.matches('input, textarea, select') || at.isContentEditable);
  if (typing && !/Mod|Alt|Escape/.test(keys)) return;
  if (!done(action, page.toggleSidebar)) return;
  event.preventDefault();
}

/** Whether the action had anything to do. */
function done(action: Action, toggleSidebar: () => void): boolean {
  const here = place().conversation;
  const path = here === null ? [] : shown(state(), here).messages;
  const answer = path.findLast((one) => one.role === 'assistant');
  const question = path.findLast((one) => one.role === 'user');
  switch (action) {
    case 'palette':
      return show({ kind: 'palette' }), true;
    case 'help':
      return show({ kind: 'keys' }), true;
    case 'settings':
      return show({ kind: 'settings' }), true;
    case 'fresh':
      return go(null), true;
    case 'sidebar':
      return toggleSidebar(), true;
    case 'model':
      return document.getElementById('choose-model')?.querySelector('button')?.click(), true;
    case 'composer':
      return document.getElementById('message')?.focus(), true;
    case 'seams':
      return toggleSeams(), true;
    case 'stop':
      return stopped(answer);
    case 'previous':
      return walked(-1);
    case 'following':
      return walked(1);
    case 'down':
      return turned(1);
    case 'up':
      return turned(-1);
    case 'copy':
      return copied(answer && textOf(answer));
    case 'code':
      return copied([...document.querySelectorAll('.prose pre code')].at(-1)?.textContent);
    case 'again':
      return answer && answer.state !== 'running' ? (void again(answer), true) : false;
    case 'edit':
      return question ? (edit(question.id), true) : false;
    case 'goOn':
      return answer && canGoOn(answer) ? (void goOn(answer), true) : false;
  }
}

function stopped(answer: Message | undefined): boolean {
  const now = Date.now();
  const twice = now - escaped < TWICE_MS;
  escaped = twice ? 0 : now;
  if (!twice || answer?.state !== 'running') return false;
  void stop(answer);
  return true;
}

function walked(step: 1 | -1): boolean {
  const all = groups(state(), Date.now()).flatMap((group) => group.conversations);
  const at = all.findIndex((one) => one.id === place().conversation);
  const next = all[at < 0 ? 0 : at + step];
  if (next) go(next.id);
  return true;
}

function turned(step: 1 | -1): boolean {
  const turns = [...document.querySelectorAll<HTMLElement>('[data-turn]')];
  const top = (turn: HTMLElement) => turn.getBoundingClientRect().top;
  const SLACK_PX = 80;
  const next = step > 0 ? turns.find((turn) => top(turn) > SLACK_PX) : turns.findLast((turn) => top(turn) < 0);
  next?.scrollIntoView({ block: 'start' });
  next?.focus({ preventScroll: true });
  return next !== undefined;
}

function copied(text: string | null | undefined): boolean {
  if (!text) return false;
  void copyText(text).then((did) => did && notice(words().copied));
  return true;
}
