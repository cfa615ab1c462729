// All words, for the parts of the page that come later: they are not there before these are.

import type { More } from './more/en';
import { speakMore, words as first, type Words } from './words.svelte';

export type AllWords = Words & More;

await speakMore(async (language) => (language === 'ja' ? (await import('./more/ja')).more : (await import('./more/en')).more));

/** The words as they stand: reactive. */
export const words = () => first() as AllWords;
