// Numbers, money, times, dates and places as people of a language write them.

import type { Moment } from '../api/wire';

type Language = 'en' | 'ja';

export const whole = (language: Language, value: number): string => new Intl.NumberFormat(language).format(Math.round(value));

/** So many of something, in English. */
export const count = (value: number, one: string, many: string): string => `${whole('en', value)} ${value === 1 ? one : many}`;

/** 200000 as 200K, or 20万. */
export const short = (language: Language, value: number): string =>
  new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 }).format(value);

/** US dollars: cents, and as many digits as it takes to see a sum below a cent. */
export function dollars(language: Language, value: number): string {
  const digits = value === 0 || value >= 0.1 ? 2 : value >= 0.01 ? 3 : 4;
  return new Intl.NumberFormat(language, {
    style: 'currency', currency: 'USD', currencyDisplay: 'narrowSymbol', minimumFractionDigits: 2, maximumFractionDigits: digits,
  }).format(value);
}

/** A length of time: `0.8s`, `42s`, `1m 48s`, 「1分48秒」. */
export function lasting(language: Language, ms: number): string {
  const [minute, second, space] = language === 'ja' ? ['分', '秒', ''] : ['m', 's', ' '];
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)}${second}`;
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds}${second}` : `${Math.floor(seconds / 60)}${minute}${space}${seconds % 60}${second}`;
}

export const day = (language: Language, at: Moment): string =>
  new Intl.DateTimeFormat(language, { dateStyle: 'medium' }).format(at);

export const month = (language: Language, at: Moment): string =>
  new Intl.DateTimeFormat(language, { year: 'numeric', month: 'long' }).format(at);

export const moment = (language: Language, at: Moment): string =>
  new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(at);

/** A size in bytes: `3.2 MB`. */
export function bytes(language: Language, value: number): string {
  const [unit, size] =
    value < 1_000
      ? (['byte', value] as const)
      : value < 1_000_000
        ? (['kilobyte', value / 1_000] as const)
        : (['megabyte', value / 1_000_000] as const);
  return new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits: size < 10 ? 1 : 0 }).format(size);
}

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

export const place = (language: Language, region: string): string => PLACES[region]?.[language === 'ja' ? 1 : 0] ?? region;
