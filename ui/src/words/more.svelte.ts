// All words, for the parts of the page that come later: they are not there before these are.

import type { More } from './more/en';
import { words as first, type ShortWords } from './short.svelte';
import { speakMore } from './words.svelte';

export type AllWords = ShortWords & More;

await speakMore(async (language) => (language === 'ja' ? (await import('./more/ja')).more : (await import('./more/en')).more));

/** The words as they stand: reactive. */
export const words = () => first() as AllWords;
