// Which language a text is in, as far as its letters and a few of its words tell: enough to choose a voice.

const SCRIPTS: readonly (readonly [string, RegExp, number])[] = [
  // One of these says as much as a few letters do.
  ['kana', /[\p{Script=Hiragana}\p{Script=Katakana}]/gu, 3],
  ['han', /\p{Script=Han}/gu, 3],
  ['ko', /\p{Script=Hangul}/gu, 3],
  ['ru', /\p{Script=Cyrillic}/gu, 1],
  ['el', /\p{Script=Greek}/gu, 1],
  ['ar', /\p{Script=Arabic}/gu, 1],
  ['he', /\p{Script=Hebrew}/gu, 1],
  ['th', /\p{Script=Thai}/gu, 1],
  ['hi', /\p{Script=Devanagari}/gu, 1],
  ['latin', /\p{Script=Latin}/gu, 1],
];

/** Small words that hardly any text of the language does without. */
const SMALL: Readonly<Record<string, string>> = {
  en: 'the of and to is in that it for with are this be as you',
  de: 'der die das und ist nicht ein eine zu den mit von im auf für',
  fr: 'le la les des et est un une du pour dans que qui pas sur',
  es: 'el los las y es un una del por para con que en se no',
  it: 'il lo gli di e è un una che per con non del della sono',
  pt: 'o os as e é um uma do da para com que não em se',
  nl: 'de het een en van is niet dat op te voor met zijn er aan',
};
const SMALL_WORDS = Object.entries(SMALL).map(([language, words]) => [language, new Set(words.split(' '))] as const);

/** Latin letters that say little: a name or a term within a text of another script. */
const FEW_LETTERS = 20;

/** The language of a text as BCP 47 writes it; `around` is that of the text it stands in. */
export function languageOf(text: string, around?: string): string {
  const counts = new Map(SCRIPTS.map(([script, letters, weight]) => [script, (text.match(letters)?.length ?? 0) * weight]));
  const of = (script: string) => counts.get(script) ?? 0;
  const eastern = of('kana') + of('han');
  const [most = 'latin', weight = 0] = [...counts]
    .filter(([script]) => script !== 'kana' && script !== 'han')
    .reduce((one, other) => (other[1] > one[1] ? other : one));
  if (eastern > 0 && eastern >= weight) {
    // Names and headings are often without kana in Japanese, too.
    return of('kana') > 0 || around === 'ja' ? 'ja' : 'zh';
  }
  if (most !== 'latin') return weight > 0 ? most : (around ?? 'en');
  if (around && weight < FEW_LETTERS) return around;
  return latin(text) ?? (around && around in SMALL ? around : 'en');
}

/** The language of which most small words are there. */
function latin(text: string): string | null {
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  let [best, most] = [null as string | null, 0];
  for (const [language, small] of SMALL_WORDS) {
    const found = words.filter((word) => small.has(word)).length;
    if (found > most) [best, most] = [language, found];
  }
  return best;
}

/** What of a voice matters for choosing one. */
export type Voice = Pick<SpeechSynthesisVoice, 'lang' | 'localService' | 'default'>;

/** The best voice for a language: one of this machine before one of a service elsewhere, which would be sent the text. */
export function voiceFor<Kind extends Voice>(language: string, voices: readonly Kind[], preferred: readonly string[]): Kind | null {
  // Android writes `ja_JP`.
  const tagOf = (voice: Voice) => voice.lang.replace('_', '-').toLowerCase();
  const worth = (voice: Voice) =>
    Number(voice.localService) * 4 + Number(preferred.some((one) => one.toLowerCase() === tagOf(voice))) * 2 + Number(voice.default);
  return voices
    .filter((voice) => tagOf(voice).split('-')[0] === language)
    .reduce<Kind | null>((best, voice) => (best && worth(best) >= worth(voice) ? best : voice), null);
}
