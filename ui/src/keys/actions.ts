// What the actions of the keyboard map do, whichever way they are asked for.

import type { Message } from '../api/wire';
import { again, goOn, stop } from '../app/answers';
import { show } from '../app/dialogs.svelte';
import { edit } from '../app/editing.svelte';
import { notice } from '../app/notices.svelte';
import { go, place } from '../app/place.svelte';
import { toggleSeams } from '../app/preferences.svelte';
import { reading, toggleReading } from '../app/reading.svelte';
import { state } from '../app/store.svelte';
import { groups } from '../state/groups';
import { canGoOn, shown, textOf } from '../state/path';
import { copyText } from '../view/clipboard';
import { words } from '../words/words.svelte';
import type { Action } from './chords';

const TWICE_MS = 700;
let escaped = 0;

/** Does an action of the table. */
export function perform(action: Exclude<Action, 'palette' | 'sidebar'>): void {
  const here = place().conversation;
  const path = here === null ? [] : shown(state(), here).messages;
  const answer = path.findLast((one) => one.role === 'assistant');
  const question = path.findLast((one) => one.role === 'user');
  switch (action) {
    case 'help':
      return show({ kind: 'keys' });
    case 'settings':
      return show({ kind: 'settings' });
    case 'fresh':
      return go(null);
    case 'model':
      return document.getElementById('choose-model')?.querySelector('button')?.click();
    case 'composer':
      return document.getElementById('message')?.focus();
    case 'seams':
      return toggleSeams();
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
      if (answer && answer.state !== 'running') void again(answer);
      return;
    case 'edit':
      if (question) edit(question.id);
      return;
    case 'read':
      toggleReading(reading()?.message ?? answer?.id);
      return;
    case 'goOn':
      if (answer && canGoOn(answer)) void goOn(answer);
      return;
  }
}

function stopped(answer: Message | undefined): void {
  const now = Date.now();
  const twice = now - escaped < TWICE_MS;
  escaped = twice ? 0 : now;
  if (twice && answer?.state === 'running') void stop(answer);
}

function walked(step: 1 | -1): void {
  const all = groups(state(), Date.now()).flatMap((group) => group.conversations);
  const at = all.findIndex((one) => one.id === place().conversation);
  const next = all[at < 0 ? 0 : at + step];
  if (next) go(next.id);
}

function turned(step: 1 | -1): void {
  const turns = [...document.querySelectorAll<HTMLElement>('[data-turn]')];
  const top = (turn: HTMLElement) => turn.getBoundingClientRect().top;
  const SLACK_PX = 80;
  const next = step > 0 ? turns.find((turn) => top(turn) > SLACK_PX) : turns.findLast((turn) => top(turn) < 0);
  next?.scrollIntoView({ block: 'start' });
  next?.focus({ preventScroll: true });
}

function copied(text: string | null | undefined): void {
  if (text) void copyText(text).then((did) => did && notice(words().copied));
}
