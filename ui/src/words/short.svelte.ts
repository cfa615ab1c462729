// The words for an answer that ended short, which few do: they are not there before these are.

import type { Short } from './short/en';
import { speakMore, words as first, type Words } from './words.svelte';

export type ShortWords = Words & Short;

await speakMore(async (language) => (language === 'ja' ? (await import('./short/ja')).short : (await import('./short/en')).short));

/** The words as they stand: reactive. */
export const words = () => first() as ShortWords;
