// How the model picker lists models.

import type { Model } from '../api/wire';

export interface Provider {
  readonly name: string;
  readonly models: readonly Model[];
}

/** The models that fit what was typed, by provider: that of the chosen one first, and in it the chosen one;
 * later versions before earlier ones, and last what cannot be had. */
export function byProvider(models: readonly Model[], typed: string, chosen: Model | null = null): Provider[] {
  const wanted = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (model: Model) => {
    const text = `${model.name} ${model.provider} ${model.id}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  };
  const found = new Map<string, Model[]>();
  for (const model of models.filter(fits)) found.set(model.provider, [...(found.get(model.provider) ?? []), model]);
  const rank = (model: Model) => (model.id === chosen?.id ? 0 : model.available === 'no' ? 2 : 1);
  const order = (one: Model, other: Model) =>
    rank(one) - rank(other) || other.name.localeCompare(one.name, 'en', { numeric: true });
  return [...found]
    .map(([name, list]) => ({ name, models: list.toSorted(order) }))
    .sort((one, other) => Number(other.name === chosen?.provider) - Number(one.name === chosen?.provider) || one.name.localeCompare(other.name));
}

/** The favourites among the models that are listed, apart from the others. */
export function favouritesFirst(providers: readonly Provider[], favourites: readonly string[]): { favourites: Model[]; others: Provider[] } {
  const isOne = (model: Model) => favourites.includes(model.id);
  return {
    favourites: providers.flatMap(({ models }) => models.filter(isOne)),
    others: providers.map(({ name, models }) => ({ name, models: models.filter((model) => !isOne(model)) })).filter(({ models }) => models.length > 0),
  };
}

/** Which of the fields of a shape a model does not take: to be marked before they are sent. */
export function refusedBy(model: Model | null, shape: { temperature?: number; top_p?: number; effort?: string }): Set<string> {
  const refused = new Set<string>();
  if (!model) return refused;
  if (model.sampling === 'none') refused.add('temperature').add('top_p');
  if (model.sampling === 'one' && shape.temperature !== undefined && shape.top_p !== undefined) refused.add('top_p');
  if (!model.reasoning) refused.add('effort');
  return refused;
}
