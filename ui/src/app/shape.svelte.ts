// How the open conversation asks; for a page without one, how the next will.

import type { Id, Shape } from '../api/wire';
import { change } from './conversing';
import { saved, saving } from './saving';
import { server } from './server.svelte';
import { without } from '../state/state';
import { state } from './store.svelte';

let next = $state.raw<Shape>({});
/** What was wished for and is not saved yet: a wish that follows builds upon it. */
let wished = $state.raw<Readonly<Record<Id, Shape>>>({});

/** How the next conversation will ask. */
export const nextShape = (): Shape => next;

/** What a conversation says itself. */
export const shapeOf = (conversation: Id | null): Shape =>
  conversation === null ? next : (wished[conversation] ?? state().conversations[conversation]?.shape ?? {});

export async function shapeIs(conversation: Id | null, shape: Shape): Promise<void> {
  if (conversation === null) {
    next = shape;
    return;
  }
  wished = { ...wished, [conversation]: shape };
  await saving(conversation, saved(conversation).then(() => save(conversation, shape)));
}

async function save(conversation: Id, shape: Shape): Promise<void> {
  // A later wish holds this one.
  if (wished[conversation] !== shape) return;
  await change(conversation, { shape });
  if (wished[conversation] === shape) wished = without(wished, conversation);
}

/** The model a conversation asks, with defaults filled in. */
export const modelIdOf = (conversation: Id | null): string =>
  shapeOf(conversation).model ?? server.defaults.shape.model ?? server.about?.default_model ?? '';
