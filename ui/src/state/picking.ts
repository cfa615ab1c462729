// How the model picker lists models.

import type { Model } from '../api/wire';

export interface Provider {
  readonly name: string;
  readonly models: readonly Model[];
}

/** The models that fit what was typed, by provider; those that cannot be had come last. */
export function byProvider(models: readonly Model[], typed: string): Provider[] {
  const wanted = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (model: Model) => {
    const text = `${model.name} ${model.provider} ${model.id}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  };
  const found = new Map<string, Model[]>();
  for (const model of models.filter(fits)) found.set(model.provider, [...(found.get(model.provider) ?? []), model]);
  const rank = (model: Model) => (model.available === 'no' ? 1 : 0);
  return [...found].map(([name, list]) => ({ name, models: list.toSorted((one, other) => rank(one) - rank(other)) }));
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
