// The page's language: one dictionary at a time, loaded when it is wanted.

import type { Words } from './en';

export type { Words };
export type Language = 'en' | 'ja';

let current = $state.raw<Words | null>(null);

/** The words as they stand: reactive. Nothing is shown before the first dictionary is there. */
export function words(): Words {
  if (!current) throw new Error('no language is loaded yet');
  return current;
}

export async function speak(language: Language): Promise<void> {
  current = language === 'ja' ? (await import('./ja')).ja : (await import('./en')).en;
  document.documentElement.lang = language;
}
