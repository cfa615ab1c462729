// What a visitor does with answers, by what is loaded then.

/** It could not be loaded, which `start.ts` tells. */
export const told = (): void => undefined;

export function act(deed: (answers: typeof import('./answers')) => unknown): void {
  void import('./answers').then(deed, told);
}
