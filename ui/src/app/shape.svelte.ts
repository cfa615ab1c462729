// How the open conversation asks; for a page without one, how the next will.

import type { Id, Shape } from '../api/wire';
import { change } from './conversing';
import { server } from './server.svelte';
import { state } from './store.svelte';

let next = $state.raw<Shape>({});

/** How the next conversation will ask. */
export const nextShape = (): Shape => next;

/** What a conversation says itself. */
export const shapeOf = (conversation: Id | null): Shape =>
  conversation === null ? next : (state().conversations[conversation]?.shape ?? {});

export async function shapeIs(conversation: Id | null, shape: Shape): Promise<void> {
  if (conversation === null) next = shape;
  else await change(conversation, { shape });
}

/** The model a conversation asks, with defaults filled in. */
export const modelIdOf = (conversation: Id | null): string =>
  shapeOf(conversation).model ?? server.defaults.shape.model ?? server.about?.default_model ?? '';
