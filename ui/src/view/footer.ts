// The line under an answer: `Sonnet 5 · Tokyo · 3 parts (continued ×2) · 11,842 out · 4,310 in (3,900 cached)
// · $0.21 · 1m 48s`.

import type { Making, Message } from '../api/wire';
import { dollars, lasting } from '../words/numbers';
import type { Words } from '../words/words.svelte';

/** Cities people know, for regions they would have to look up; others are shown as they are spelt. */
const PLACES: Record<string, readonly [en: string, ja: string]> = {
  'ap-northeast-1': ['Tokyo', '東京'],
  'ap-northeast-3': ['Osaka', '大阪'],
  'us-east-1': ['N. Virginia', 'バージニア北部'],
  'us-east-2': ['Ohio', 'オハイオ'],
  'us-west-2': ['Oregon', 'オレゴン'],
  'eu-west-1': ['Ireland', 'アイルランド'],
  'eu-central-1': ['Frankfurt', 'フランクフルト'],
  'ap-southeast-1': ['Singapore', 'シンガポール'],
  'ap-southeast-2': ['Sydney', 'シドニー'],
};

export const placeName = (region: string, words: Words): string => PLACES[region]?.[words.language === 'ja' ? 1 : 0] ?? region;

/** The pieces of the line, for a message that is settled. */
export function footerOf(message: Message, modelName: string, words: Words): string[] {
  const { making } = message;
  if (!making) return [];
  const { spent } = making;
  const about = spent.estimated ? words.approximately : '';
  const input = spent.input + spent.cache_read + spent.cache_write;
  const joints = making.seams.length;
  const pieces = [
    modelName,
    making.region ? placeName(making.region, words) : '',
    // By its joints, not by its calls: one that was turned away is no part of the text.
    joints ? words.partsContinued(joints + 1, joints) : making.parts.length ? words.parts(1) : '',
    spent.output ? about + words.out(spent.output) : '',
    input ? words.in(input, spent.cache_read) : '',
    spent.cost ? about + dollars(words.language, spent.cost) : '',
    making.ms ? lasting(words.language, making.ms) : '',
    ...standing(message, making, words),
    ...making.dropped.map((name) => words.notUsed(nameOf(name, words))),
  ];
  return pieces.filter(Boolean);
}

function standing(message: Message, making: Making, words: Words): string[] {
  switch (message.state) {
    case 'stopped':
      return [words.incomplete(words.reason.stopped)];
    case 'incomplete':
    case 'refused':
    case 'failed':
      return [words.incomplete(reasonOf(making.problem?.code, words))];
    case 'complete':
    case 'running':
      return [];
  }
}

export const nameOf = (field: string, words: Words): string =>
  field in words.takesNone ? words.takesNone[field as keyof Words['takesNone']] : field;

export const reasonOf = (code: string | undefined, words: Words): string =>
  code && code in words.reason ? words.reason[code as keyof Words['reason']] : (code ?? words.reason.other);

/** Whether the page has words of its own for why an answer is not whole. */
export const knowsProblem = (code: string, words: Words): boolean => code !== 'other' && code in words.problem;

export const problemOf = (code: string | undefined, words: Words): string =>
  code && code in words.problem ? words.problem[code as keyof Words['problem']] : words.problem.other;
