// Random Markdown: every construct, whole and broken, in Japanese and English, one inside of the other.

import fc from 'fast-check';

const WORDS = [
  'word', 'two words', '日本語', '「強調」', '（括弧）', '、', '。', 'です', '한국어', '“引用”', '😀', '👨‍👩‍👧', 'é', '\u202eabc\u202c', 'עברית',
  '5 * 3', '10~20', '$5', 'US$5', 'snake_case', 'a\\*b', '&amp;', '&copy;', '&nope;', '\\', '1.', '3)', '-', '|', '#', '>',
  '\u00a0', '\t', '  ', '\\\\', '\ud83d', ':', '!', '`', '[', ']', '(', ')', '<', '*', '**', '***', '_', '~~', '$', '$$',
];

const word = fc.constantFrom(...WORDS);

/** What wraps a text on a line. */
const WRAPS: ((inner: string) => string)[] = [
  (inner) => `**${inner}**`,
  (inner) => `*${inner}*`,
  (inner) => `_${inner}_`,
  (inner) => `***${inner}***`,
  (inner) => `~~${inner}~~`,
  (inner) => `\`${inner}\``,
  (inner) => `\`\`${inner}\`\``,
  (inner) => `[${inner}](https://a.example/b_c_d "t")`,
  (inner) => `[${inner}](<javascript:x>)`,
  (inner) => `[${inner}][late]`,
  (inner) => `[${inner}]`,
  (inner) => `![${inner}](pic.png)`,
  (inner) => `[^${inner}]`,
  (inner) => `$${inner}$`,
  (inner) => `$$${inner}$$`,
  (inner) => `\\(${inner}\\)`,
  (inner) => `\\[${inner}\\]`,
  (inner) => `<b>${inner}</b>`,
  (inner) => `<!-- ${inner} -->`,
  (inner) => `${inner} https://b.example/x_(y)です`,
  (inner) => `**${inner}`,
  (inner) => `[${inner}](https://c.example`,
  (inner) => `${inner}  \n`,
  (inner) => `${inner}\\\n`,
  (inner) => `${inner}<br>`,
];

const text: fc.Arbitrary<string> = fc.letrec<{ text: string }>((tie) => ({
  text: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    word,
    fc.tuple(fc.constantFrom(...WRAPS), tie('text')).map(([wrap, inner]) => wrap(inner)),
    fc.array(tie('text'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
  ),
})).text;

const line = fc.array(text, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(' '));

const simpleBlock: fc.Arbitrary<string> = fc.oneof(
  line,
  line,
  fc.tuple(line, line).map(([first, second]) => `${first}\n${second}`),
  fc.tuple(fc.integer({ min: 1, max: 7 }), line).map(([level, title]) => `${'#'.repeat(level)} ${title} ##`),
  fc.tuple(line, fc.constantFrom('===', '---', '-', '=')).map(([title, under]) => `${title}\n${under}`),
  fc.constantFrom('---', '***', '_ _ _', '- - -', '--', '|---|', '    indented\n\n      more', '\tcode', '```', '~~~~'),
  fc.tuple(fc.constantFrom('```', '~~~', '````'), fc.constantFrom('', 'rust', 'js x'), line, fc.boolean()).map(
    ([fence, info, code, closed]) => `${fence}${info}\n${code}\n\n  ${code}${closed ? `\n${fence}` : ''}`,
  ),
  fc.tuple(line, fc.boolean()).map(([tex, closed]) => `$$\n${tex}\n- x\n= y${closed ? '\n$$' : ''}`),
  fc.tuple(line, fc.boolean()).map(([tex, closed]) => `\\[\n${tex}${closed ? '\n\\]' : ''}`),
  fc.array(fc.tuple(line, line), { minLength: 1, maxLength: 4 }).map((rows) =>
    rows.map(([a, b], index) => (index === 0 ? `| ${a} | ${b} |\n|:--|--:|` : `| ${a} | ${b} | x`)).join('\n'),
  ),
  fc.constantFrom('[late]: https://late.example', '[late]: <> "x"', '[a]: /b\n"title"', '[^1]: note', '[^1]: note\n\n    more'),
  fc.tuple(word, line).map(([label, note]) => `[^${label}]: ${note}`),
  fc.tuple(word, word).map(([label, address]) => `[${label}]: ${address}`),
);

function indented(block: string, mark: string, rest: string): string {
  return block.split('\n').map((text, index) => (index === 0 ? mark : rest) + text).join('\n');
}

const MARKS: ((block: string) => string)[] = [
  (block) => indented(block, '- ', '  '),
  (block) => indented(block, '* [x] ', '  '),
  (block) => indented(block, '1. ', '   '),
  (block) => indented(block, '7) ', '   '),
  (block) => indented(block, '-   ', '  '),
  (block) => indented(block, '> ', '> '),
  (block) => indented(block, '> ', ''),
  (block) => indented(block, '>', '>'),
  (block) => indented(block, '- ', ''),
  (block) => indented(block, '-\t', '\t'),
  (block) => indented(block, ' ', ' '),
];

const block: fc.Arbitrary<string> = fc.letrec<{ block: string }>((tie) => ({
  block: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    simpleBlock,
    fc.tuple(fc.constantFrom(...MARKS), tie('block')).map(([mark, inner]) => mark(inner)),
    fc.tuple(tie('block'), fc.constantFrom('\n', '\n\n', '\r\n'), tie('block')).map((parts) => parts.join('')),
  ),
})).block;

/** A document. */
export const markdown: fc.Arbitrary<string> = fc
  .array(fc.tuple(block, fc.constantFrom('\n', '\n\n', '\n\n\n', '\r\n\r\n', ' \n')), { minLength: 1, maxLength: 6 })
  .map((blocks) => blocks.flat().join(''));
