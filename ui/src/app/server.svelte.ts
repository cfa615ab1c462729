// What the page knows of the server itself: who answers, which models, the visitor's defaults.

import * as api from '../api/client';
import type { About, Defaults, Model } from '../api/wire';
import { named } from '../state/models';

let about = $state.raw<About | null>(null);
let models = $state.raw<readonly Model[]>([]);
let defaults = $state.raw<Defaults>({ shape: {}, titles: 'model' });
let line = $state<'opening' | 'live' | 'lost' | 'resting'>('opening');
let newer = $state(false);

export const server = {
  get about() {
    return about;
  },
  get models() {
    return models;
  },
  get defaults() {
    return defaults;
  },
  /** How the event stream stands. */
  get line() {
    return line;
  },
  /** Whether the server serves another page than this one by now. */
  get newer() {
    return newer;
  },
};

export const lineStands = (how: typeof line): void => {
  line = how;
};

export async function readAbout(): Promise<About> {
  return (about = await api.about());
}

export async function readModels(): Promise<void> {
  models = (await api.models()).models;
}

export async function readDefaults(): Promise<void> {
  defaults = await api.defaults();
}

export async function keepDefaults(wish: Defaults): Promise<void> {
  defaults = await api.putDefaults(wish);
}

/** The server serves another page by now. */
export const isNewer = (): void => {
  newer = true;
};

/** The stream's first event tells which page the server has: another one than ours asks for a reload. */
export function serverIs(build: string): void {
  if (about?.build !== undefined && build !== '' && build !== about.build) isNewer();
}

/** A model by its id, if the server lists it. */
export const modelOf = (id: string | null | undefined): Model | null => (id ? named(models, id) : null);

/** The name people know a model by. */
export const modelName = (id: string | null | undefined): string => modelOf(id)?.name ?? id ?? '';
