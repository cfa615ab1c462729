import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { languageOf, voiceFor } from '../../../src/speech/language';
import { placeOf, scriptOf } from '../../../src/speech/script';
import { sentenceAt } from '../../../src/speech/sentences';
import { once, partly } from '../markdown/page';

/** All sentences of a text, as a voice gets them. */
function sentences(text: string, ended = true): string[] {
  const found: string[] = [];
  for (let at = 0; ; ) {
    const sentence = sentenceAt(text, at, ended);
    if (!sentence) return found;
    expect(sentence.end).toBeGreaterThan(sentence.start);
    expect(sentence.start).toBeGreaterThanOrEqual(at);
    found.push(text.slice(sentence.start, sentence.end));
    at = sentence.end;
  }
}

describe('sentences', () => {
  it('end where they are read to end', () => {
    expect(sentences('One. Two! Three? “Four.” Five')).toEqual(['One.', 'Two!', 'Three?', '“Four.”', 'Five']);
    expect(sentences('一つ目です。二つ目ですか？「三つ目。」四つ目')).toEqual(['一つ目です。', '二つ目ですか？', '「三つ目。」', '四つ目']);
    expect(sentences('A heading\nA line.\n\nAnother')).toEqual(['A heading', 'A line.', 'Another']);
  });
  it('do not end within numbers, names and addresses', () => {
    expect(sentences('It is 3.14 on example.com, e.g. here. Dr. Smith agrees.')).toEqual(['It is 3.14 on example.com, e.g. here.', 'Dr. Smith agrees.']);
    expect(sentences('1. The first item')).toEqual(['1. The first item']);
    expect(sentences('wait... what? Yes')).toEqual(['wait... what?', 'Yes']);
  });
  it('are not whole before the next character is there', () => {
    expect(sentences('It is 3.', false)).toEqual([]);
    expect(sentences('まだです。', false)).toEqual([]);
    expect(sentences('まだです。次', false)).toEqual(['まだです。']);
    expect(sentences('One. Tw', false)).toEqual(['One.']);
    expect(sentences('A line\nand', false)).toEqual(['A line']);
    expect(sentences('One. ', false)).toEqual([]);
    expect(sentences('One. e.g. two', false)).toEqual([]);
  });
  it('without a sound are left out', () => expect(sentences('One.\n---\n…\nTwo.')).toEqual(['One.', 'Two.']));
  it('that are too long are parted where one takes breath', () => {
    const parts = sentences(`${'これは長い文です、'.repeat(40)}終わり。`);
    expect(parts.length).toBeGreaterThan(2);
    for (const part of parts) expect(part.length).toBeLessThanOrEqual(111);
    for (const part of parts.slice(0, -1)) expect(part.endsWith('、')).toBe(true);
    expect(sentences('𠮷'.repeat(300)).join('')).toBe('𠮷'.repeat(300));
  });
  it('lose no word, whatever the text, and are the same while it grows', () => {
    const pieces = fc.array(fc.constantFrom('One', '二', '. ', '。', '! ', '\n', '3.1', '、', '”', 'e.g. ', '𠮷', '…', ' '), { maxLength: 60 });
    fc.assert(
      fc.property(pieces, fc.nat(), (made, cut) => {
        const text = made.join('');
        const all = sentences(text);
        expect(all.join('').replace(/[^\p{L}\p{N}]/gu, '')).toBe(text.replace(/[^\p{L}\p{N}]/gu, ''));
        const early = sentences(made.slice(0, cut % (made.length + 1)).join(''), false);
        expect(all.slice(0, early.length)).toEqual(early);
      }),
    );
  });
});

describe('the language of a text', () => {
  it('is told by its letters', () => {
    expect(languageOf('これはAmazon Bedrockの説明です。')).toBe('ja');
    expect(languageOf('这是一个很长的回答。')).toBe('zh');
    expect(languageOf('이것은 긴 대답입니다.')).toBe('ko');
    expect(languageOf('Это длинный ответ.')).toBe('ru');
    expect(languageOf('هذا جواب طويل')).toBe('ar');
  });
  it('is told by small words where letters do not', () => {
    expect(languageOf('This is the answer to that.')).toBe('en');
    expect(languageOf('Das ist die Antwort, und sie ist nicht kurz.')).toBe('de');
    expect(languageOf('C’est la réponse, et elle est dans le texte.')).toBe('fr');
    expect(languageOf('12.5 %')).toBe('en');
  });
  it('of a few words is that of the text around them', () => {
    expect(languageOf('Amazon Bedrock', 'ja')).toBe('ja');
    expect(languageOf('結論', 'ja')).toBe('ja');
    expect(languageOf('結論', 'zh')).toBe('zh');
    expect(languageOf('And this whole sentence is in English, for it is quoted.', 'ja')).toBe('en');
    expect(languageOf('数式 and the sentence in which it stands is the longer part', 'en')).toBe('en');
  });
  it('has a voice of this machine before one of a service', () => {
    const voice = (lang: string, localService: boolean) => ({ lang, localService, default: false });
    const voices = [voice('ja-JP', false), voice('en-GB', true), voice('en-US', true), voice('ja_JP', true)];
    expect(voiceFor('ja', voices, ['en-US'])).toBe(voices[3]);
    expect(voiceFor('en', voices, ['en-US'])).toBe(voices[2]);
    expect(voiceFor('ko', voices, ['en-US'])).toBe(null);
    expect(voiceFor('ja', voices.slice(0, 1), [])).toBe(voices[0]);
  });
});

describe('what is said of an answer', () => {
  const stands = { code: 'Code.', formula: 'formula' };
  const said = (source: string) => sentences(scriptOf(once(source), stands).text);

  it('has no marks', () => {
    expect(said('# A *heading*\n\nSome **bold** `code` and [a link](https://a.example).\nSame paragraph.\n\n- one\n- two\n\n3. three\n4. four\n\n> said')).toEqual([
      'A heading', 'Some bold code and a link.', 'Same paragraph.', 'one', 'two', '3. three', '4. four', 'said',
    ]);
  });
  it('names code and formulas, and leaves out what is for hands', () => {
    expect(said('See:\n\n```js\nlet a = 1;\n```\n\nThen $\\frac{a}{b}$ and $x = 2$ hold.')).toEqual(['See:', 'Code.', 'Then  formula  and x = 2 hold.']);
    expect(said('| a | b |\n|---|---|\n| 1 | 2 |')).toEqual(['a, b', '1, 2']);
    expect(said('As said[^1] at https://example.com/a/long?address.\n\n[^1]: A note.')).toEqual(['As said at example.com.', 'A note.']);
  });
  it('stays as it is while more arrives', () => {
    const source = 'First. Second **bold** one.\n\n```sh\nls\n```\n\n1. An item\n2. Another.\n\nThe end.';
    const whole = sentences(scriptOf(once(source), stands).text);
    const { into, rendering } = partly('');
    let read: string[] = [];
    for (const character of source) {
      rendering.push(character);
      rendering.flush();
      const now = sentences(scriptOf(into, stands).text, false);
      expect(now.slice(0, read.length)).toEqual(read);
      read = now;
    }
    expect(whole.slice(0, read.length)).toEqual(read);
    expect(read.length).toBeGreaterThan(4);
  });
  it('knows its place on the page', () => {
    const script = scriptOf(once('One **two** three. Four\nfive.'), stands);
    const sentence = sentenceAt(script.text, 0, true)!;
    expect(placeOf(script, sentence.start, sentence.end)?.toString()).toBe('One two three.');
    const next = sentenceAt(script.text, sentence.end, true)!;
    expect(placeOf(script, next.start, next.end)?.toString()).toBe('Four\nfive.');
  });
});
