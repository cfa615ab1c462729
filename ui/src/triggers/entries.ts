// What the list at the message field offers behind each sign.

import type { Attachment, Id } from '../api/wire';
import { preferences } from '../app/preferences.svelte';
import { modelOf, server } from '../app/server.svelte';
import { modelIdOf } from '../app/shape.svelte';
import { state } from '../app/store.svelte';
import { byProvider, favouritesFirst } from '../state/picking';
import { bytes } from '../words/numbers';
import { words } from '../words/more.svelte';
import { commands } from './commands';
import { fitting, plain, type Findable } from './finding';
import { filesOf } from './files';
import { prompts } from './prompts.svelte';
import type { Trigger } from './trigger';

/** What choosing an entry does to the message. */
export type Deed =
  | { readonly kind: 'prompt'; readonly text: string }
  /** A text of which the last word is to be written over. */
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'model'; readonly id: string }
  | { readonly kind: 'file'; readonly attachment: Attachment }
  | { readonly kind: 'command'; readonly act: () => void };

export interface Entry extends Findable {
  readonly key: string;
  readonly title: string;
  readonly aside: string;
  /** A second line. */
  readonly more: string;
  readonly deed: Deed;
  /** Whether what was typed is all of its name, and means something without it, too. */
  readonly passive: boolean;
}

/** Where the list is asked for. */
export interface Asking {
  readonly conversation: Id | null;
  readonly trigger: Trigger;
  /** The message without what asks for the list. */
  readonly draft: string;
  /** What goes along already. */
  readonly attached: readonly Attachment[];
}

export function entriesFor(asking: Asking): Entry[] {
  const { trigger } = asking;
  switch (trigger.sign) {
    case '/':
      return [...fitting([...promptEntries(), ...commandEntries(asking.draft)], trigger.typed), ...simulatorEntries(trigger.typed)];
    case '@':
      return fitting(modelEntries(asking.conversation), trigger.typed);
    case '#':
      return fitting(fileEntries(asking), trigger.typed);
  }
}

const PLAIN = { aside: '', more: '', passive: false };

const promptEntries = (): Entry[] =>
  prompts().map(({ id, name, text }) => ({
    ...PLAIN, key: id, group: words().prompts, names: [name], title: name, more: text.trim().replace(/\s+/g, ' ').slice(0, 200),
    deed: { kind: 'prompt', text },
  }));

const commandEntries = (draft: string): Entry[] =>
  commands(draft).map(({ word, title, act }) => ({
    ...PLAIN, key: word, group: words().commands, names: [word, title], title, aside: `/${word}`, deed: { kind: 'command', act },
  }));

/** What the simulator takes (docs/simulator.md), each with an example. */
const SIMULATED = [
  ['long', '/long 500'], ['code', '/code python 200'], ['table', '/table 30x4'], ['json', '/json 40'], ['emoji', '/emoji 20'],
  ['count', '/count 1..120'], ['echo', '/echo '], ['break', '/break /long 60'],
] as const;

/** Only by the beginning of their names: what stands behind a name is the visitor's own. */
function simulatorEntries(typed: string): Entry[] {
  if (server.about?.backend?.kind !== 'simulator') return [];
  const wanted = plain(typed);
  return SIMULATED.filter(([name]) => name.startsWith(wanted) && !/\s/.test(typed)).map(([name, text]) => ({
    ...PLAIN, key: `simulator ${name}`, group: words().simulator, names: [name], title: words().simulated[name], aside: text.trim(),
    deed: { kind: 'text', text }, passive: name === wanted,
  }));
}

function modelEntries(conversation: Id | null): Entry[] {
  const w = words();
  const can = server.models.filter((model) => model.available !== 'no');
  const { favourites, others } = favouritesFirst(byProvider(can, '', modelOf(modelIdOf(conversation))), preferences().favourites);
  const groups = [{ name: w.favourites, models: favourites }, ...others];
  return groups.flatMap(({ name: group, models }) =>
    models.map((model): Entry => ({
      ...PLAIN, key: model.id, group, names: [model.name, `${model.provider} ${model.name}`, model.id], title: model.name,
      aside: model.max_output ? w.maxOutput(model.max_output) : '',
      deed: { kind: 'model', id: model.id },
    })),
  );
}

function fileEntries({ conversation, attached }: Asking): Entry[] {
  const w = words();
  const there = new Set(attached.map((one) => one.id));
  const { here, elsewhere } = filesOf(state(), conversation);
  const entry = (group: string) => (attachment: Attachment): Entry => ({
    ...PLAIN, key: attachment.id, group, names: [attachment.name], title: attachment.name, aside: bytes(w.language, attachment.bytes),
    deed: { kind: 'file', attachment },
  });
  return [...here.map(entry(w.filesHere)), ...elsewhere.map(entry(w.filesElsewhere))].filter((one) => !there.has(one.key));
}
