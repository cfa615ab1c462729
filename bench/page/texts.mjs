// What the pages are given to show. Made here, the same in every run.

const SENTENCES = [
  'The reservoir is checked every morning before the pumps start.',
  '設計の目的は、途中で切れた回答を読者に気づかれずに続けることです。',
  'A queue that is **bounded** tells its producers to wait; one that is not tells nobody anything.',
  '**「継ぎ目」**は証拠がある場合にだけ消えます。',
  'See [the table](#table) for `max_tokens` and its kin.',
  '読み取りは一度だけ行い、同じ文字を二度と表示しません。',
];

const CODE = `\`\`\`python
def checksum(paragraphs: list[str]) -> int:
    total = 0
    for number, text in enumerate(paragraphs, start=1):
        total = (total * 31 + number * len(text)) % 65_521
    return total
\`\`\``;

const TABLE = `| Part | Tokens | Why it ended |
|---:|---:|---|
| 1 | 4,096 | length |
| 2 | 8,192 | **throttled** |
| 3 | 1,204 | end of turn |`;

const LIST = `1. Read what was shown.
2. Ask for the rest:
   - quote the end of it,
   - say nothing else.
3. Join, and *prove* the joint.`;

const MATH = '$$\\sum_{n=1}^{N} c_n = \\frac{N(N+1)}{2}$$';

/** Markdown of about so many characters: prose in two languages with code, tables, lists and formulas. */
export const markdown = (characters, seed = 0) => written([CODE, TABLE, LIST, MATH], characters, seed);

/** The same without what needs a library of its own. */
export const prose = (characters, seed = 0) => written([LIST, TABLE, LIST, TABLE], characters, seed);

function written(specials, characters, seed) {
  const blocks = [];
  let length = 0;
  for (let n = seed; length < characters; n += 1) {
    const special = specials[Math.floor(n / 5) % 4];
    const block =
      n % 5 === 4
        ? special
        : `${n % 10 === 0 ? `## ${n / 10 + 1}. ${SENTENCES[n % 6].slice(0, 12)}\n\n` : ''}${[0, 1, 2, 3].map((k) => SENTENCES[(n + k) % 6]).join(' ')}`;
    blocks.push(block);
    length += block.length + 2;
  }
  return blocks.join('\n\n').slice(0, characters);
}

/** The code units of a text in pieces of about so many, never half a character. */
export function pieces(text, size) {
  const characters = Array.from(text);
  const all = [];
  for (let at = 0; at < characters.length; at += size) all.push(characters.slice(at, at + size).join(''));
  return all;
}
