// The page's language: one dictionary at a time, loaded when it is wanted.

import type { Words } from './en';

export type { Words };
export type Language = 'en' | 'ja';
type Load = (language: Language) => Promise<object>;

let current = $state.raw<Words | null>(null);
let asked: Language = 'en';
const others: Load[] = [];
let speaking = Promise.resolve();

/** The words as they stand: reactive. Nothing is shown before the first dictionary is there. */
export function words(): Words {
  if (!current) throw new Error('no language is loaded yet');
  return current;
}

/** Speaks a language from now on. */
export function speak(language: Language): Promise<void> {
  asked = language;
  // One after the other: what was asked for last is what stays.
  speaking = speaking.then(load, load);
  return speaking;
}

/** Speaks more words of the language, of whatever language it will be. */
export function speakMore(load: Load): Promise<void> {
  others.push(load);
  return speak(asked);
}

async function load(): Promise<void> {
  const language = asked;
  const first = language === 'ja' ? import('./ja').then(({ ja }) => ja) : import('./en').then(({ en }) => en);
  const [known, ...more] = await Promise.all([first, ...others.map((other) => other(language))]);
  current = Object.assign({}, known, ...more) as Words;
  document.documentElement.lang = language;
}
