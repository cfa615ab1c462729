// All words of the page, those of its first load and those that come later.

import { en as firstEn } from '../src/words/en';
import { ja as firstJa } from '../src/words/ja';
import { more as moreEn } from '../src/words/more/en';
import { more as moreJa } from '../src/words/more/ja';

export const en = { ...firstEn, ...moreEn };
export const ja = { ...firstJa, ...moreJa };
