// Models by their names.

import type { Model } from '../api/wire';

/** A model by what a conversation names: its id, or one of its other profiles. */
export function named(models: readonly Model[], id: string): Model | null {
  const exact = models.find((model) => model.id === id);
  if (exact) return exact;
  const bare = (model: Model) => (model.scope === 'bare' ? model.id : model.id.slice(model.scope.length + 1));
  return models.find((model) => id === bare(model) || model.profiles.some((profile) => id === `${profile}.${bare(model)}`)) ?? null;
}
