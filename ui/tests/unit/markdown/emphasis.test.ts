// Emphasis in Chinese, Japanese and Korean, where words are not set apart by spaces.

import { describe, expect, test } from 'vitest';
import { asHtml, once, partly } from './page';

const paragraph = (source: string): string => asHtml(once(source)).replace(/^<p>|<\/p>$/g, '');

describe('emphasis beside punctuation', () => {
  test.each([
    ['**「強調」**です', '<strong>「強調」</strong>です'],
    ['これは**「強調」**です', 'これは<strong>「強調」</strong>です'],
    ['**（括弧）**の後', '<strong>（括弧）</strong>の後'],
    ['**(括弧)**の後', '<strong>(括弧)</strong>の後'],
    ['前**(括弧)**の後', '前<strong>(括弧)</strong>の後'],
    ['**重要。**次の文', '<strong>重要。</strong>次の文'],
    ['**「一」**と**「二」**', '<strong>「一」</strong>と<strong>「二」</strong>'],
    ['*『題名』*を読む', '<em>『題名』</em>を読む'],
    ['~~「旧」~~「新」', '<del>「旧」</del>「新」'],
    ['~~旧。~~新', '<del>旧。</del>新'],
    ['***「両方」***です', '<em><strong>「両方」</strong></em>です'],
    ['**`code`**を使う', '<strong><code>code</code></strong>を使う'],
    ['**50%**を超える', '<strong>50%</strong>を超える'],
    ['値は**¥1,000**です', '値は<strong>¥1,000</strong>です'],
    ['**ＡＢＣ！**です', '<strong>ＡＢＣ！</strong>です'],
    ['这是**“强调”**的', '这是<strong>“强调”</strong>的'],
    ['**注意：**请看', '<strong>注意：</strong>请看'],
    ['**《书名》**很好', '<strong>《书名》</strong>很好'],
    ['**"강조"**를', '<strong>"강조"</strong>를'],
    ['**(강조)**입니다', '<strong>(강조)</strong>입니다'],
    ['**[リンク](https://a.example)**です', '<strong><a href="https://a.example">リンク</a></strong>です'],
    ['**ハート❤️**です', '<strong>ハート❤️</strong>です'],
    ['**𠮷野家、**です', '<strong>𠮷野家、</strong>です'],
  ])('%s', (source, html) => {
    expect(paragraph(source)).toBe(html);
  });
});

describe('marks that are none', () => {
  test.each([
    ['5 * 3 * 2', '5 * 3 * 2'],
    ['snake_case_name', 'snake_case_name'],
    ['10~20℃、30~40％', '10~20℃、30~40％'],
    ['foo*bar', 'foo*bar'],
    ['** 空白 **', '** 空白 **'],
  ])('%s', (source, html) => {
    expect(paragraph(source)).toBe(html);
  });
});

describe('line ends', () => {
  test('between Japanese characters they are no space', () => {
    expect(paragraph('改行の\n後')).toBe('改行の後');
  });

  test('between words they are one', () => {
    expect(paragraph('one\ntwo\n한국어\n문장')).toBe('one\ntwo\n한국어\n문장');
  });
});

describe('an open end', () => {
  test.each([
    ['**「強', '<p><strong>「強</strong></p>'],
    ['**強調*', '<p><strong>強調</strong></p>'],
    ['これは*斜', '<p>これは<em>斜</em></p>'],
    ['5 *', '<p>5</p>'],
    ['2*x + 1', '<p>2*x + 1</p>'],
    ['`git com', '<p><code>git com</code></p>'],
    ['[text](https://a.exa', '<p><a>text</a></p>'],
    ['題名\n--', '<p>題名</p>'],
    ['- one\n-', '<ul><li>one</li></ul>'],
    ['one\n\n[label]: https://a.exa', '<p>one</p><p></p>'],
    ['one\n\n| a | b |\n|--', '<p>one</p><p></p>'],
  ])('%s', (source, html) => {
    expect(asHtml(partly(source).into)).toBe(html);
  });
});
