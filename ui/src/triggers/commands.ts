// What can be done by a word: one table, for the palette and for `/` in the message field.

import { exportAddress, exportAllAddress } from '../api/later';
import { finish, stop } from '../app/answers';
import { show } from '../app/dialogs.svelte';
import { goOnward } from '../app/onward';
import { go, place } from '../app/place.svelte';
import { toggleSeams } from '../app/preferences.svelte';
import { canRead } from '../app/reading.svelte';
import { isBusy } from '../app/sending';
import { state } from '../app/store.svelte';
import { perform } from '../keys/actions';
import type { Action } from '../keys/chords';
import { keysOf } from '../keys/shortcuts';
import { canGoOn, shown } from '../state/path';
import { words } from '../words/more.svelte';
import { messageField } from './writing.svelte';

export interface Command {
  /** The word it is called by behind a `/`, in every language. */
  readonly word: string;
  readonly title: string;
  /** The keys that do the same, or nothing. */
  readonly keys: string;
  readonly act: () => void;
}

/** What can be done now; `draft` is what stands in the message field. */
export function commands(draft: string): Command[] {
  const w = words();
  const here = place().conversation;
  const path = here === null ? [] : shown(state(), here).messages;
  const answer = path.findLast((one) => one.role === 'assistant');
  const settled = answer !== undefined && here !== null && !isBusy(here);
  const found: Command[] = [];
  const add = (word: string, title: string, act: () => unknown, action?: Action) =>
    found.push({ word, title, keys: action ? keysOf(action) : '', act });

  add('new', w.newChat, () => go(null), 'fresh');
  add('model', w.chooseModel, () => perform('model'), 'model');
  add('settings', w.chatSettings, () => show({ kind: 'settings' }), 'settings');
  if (draft.trim()) add('save', w.savePrompt, () => show({ kind: 'prompts', text: messageField()?.value ?? draft }));
  add('prompts', w.prompts, () => show({ kind: 'prompts', text: '' }));
  if (answer?.state === 'running') {
    add('stop', w.stop, () => stop(answer), 'stop');
    add('finish', w.finishPart, () => finish(answer));
  }
  if (settled) {
    if (canGoOn(answer)) add('continue', w.goOn, () => perform('goOn'), 'goOn');
    add('again', w.regenerate, () => perform('again'), 'again');
    add('edit', w.keys.edit, () => perform('edit'), 'edit');
    add('onward', w.goOnward, () => goOnward(answer));
  }
  if (answer && canRead()) add('read', w.readAloud, () => perform('read'), 'read');
  if (answer) add('copy', w.keys.copy, () => perform('copy'), 'copy');
  if (here !== null) {
    add('export', w.exportMarkdown, () => download(exportAddress(here, 'markdown')));
    add('json', w.exportJson, () => download(exportAddress(here, 'json')));
  }
  add('all', w.exportAll, () => download(exportAllAddress, 'tsuzuki.json'));
  add('preferences', w.settings, () => show({ kind: 'preferences' }));
  add('usage', w.usage, () => show({ kind: 'usage' }));
  add('connect', w.connectAws, () => show({ kind: 'connect' }));
  add('keys', w.keysTitle, () => show({ kind: 'keys' }), 'help');
  add('seams', w.showSeams, () => toggleSeams(), 'seams');
  return found;
}

function download(address: string, name = ''): void {
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
}
