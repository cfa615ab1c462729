// All words of the page, those of its first load and those that come later.

import { en as firstEn } from '../src/words/en';
import { ja as firstJa } from '../src/words/ja';
import { more as moreEn } from '../src/words/more/en';
import { more as moreJa } from '../src/words/more/ja';
import { short as shortEn } from '../src/words/short/en';
import { short as shortJa } from '../src/words/short/ja';

export const en = { ...firstEn, ...shortEn, ...moreEn };
export const ja = { ...firstJa, ...shortJa, ...moreJa };
