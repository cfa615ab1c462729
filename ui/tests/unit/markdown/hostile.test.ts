// Markdown that means harm: it is inert, and costs no more than its length.

import { describe, expect, test } from 'vitest';
import { Lexer } from '../../../src/markdown/lex';
import { parseInline } from '../../../src/markdown/inline';
import { allowed } from '../../../src/markdown/links';
import { once, partly } from './page';

/** Elements that the module makes; anything else would come from the model. */
const OURS = new Set(
  ('A,BLOCKQUOTE,BR,BUTTON,CODE,DEL,DIV,EM,H1,H2,H3,H4,H5,H6,HR,IFRAME,INPUT,LI,OL,P,PRE,SECTION,SPAN,STRONG,SUP,TABLE,TBODY,' +
    'TD,TH,THEAD,TR,UL').split(','),
);
/** Attributes that the module sets. */
const ATTRIBUTES = new Set(
  ('aria-label,aria-pressed,checked,class,colspan,data-footnote,dir,disabled,hidden,href,loading,rel,role,sandbox,src,start,tabindex,target,' +
    'title,type').split(','),
);

function expectInert(into: HTMLElement): void {
  for (const element of into.querySelectorAll('*')) {
    expect(OURS).toContain(element.tagName);
    for (const { name } of element.attributes) expect(ATTRIBUTES).toContain(name);
    const href = element.getAttribute('href');
    if (href !== null) expect(new URL(href, 'https://page.example').protocol).toMatch(/^(?:https?|mailto):$/);
  }
}

describe('scripts', () => {
  test.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<svg onload=alert(1)><script>1</script></svg>',
    '<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
    '<iframe srcdoc="<script>1</script>">',
    '<!-- <script> --><script>',
    '<style>*{display:none}</style>',
    '<a href="javascript:alert(1)" onclick=1>x</a>',
    '<div\nonmouseover="alert(1)"',
    '<math><mtext></table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    '&lt;script&gt;alert(1)&lt;/script&gt;',
    '`<script>`\n\n```html\n<script>alert(1)</script>\n```',
    '```" onmouseover="alert(1)\nx\n```',
    '| <script> | <img onerror=1> |\n|---|---|\n| <b onclick=1> | x |',
    '[x](https://a.example "\\" onmouseover=\\"alert(1)")',
    '![\\" onerror=\\"1](https://a.example/p.png)',
    '[^<script>]\n\n[^<script>]: <img onerror=1>',
    '# <script>\n\n> <script>\n\n- <script>',
    '$<script>$ \\(<img src=x onerror=1>\\) $$\\href{javascript:alert(1)}{x}$$',
    '<base href=https://evil.example><form action=x><meta http-equiv=refresh>',
  ])('%s', (source) => {
    const into = once(source);
    expectInert(into);
    expectInert(partly(source).into);
  });

  test('raw HTML is shown as it was written', () => {
    expect(once('a <script>b</script> <!-- c --> <svg/onload=1>').textContent).toBe(
      'a <script>b</script> <!-- c --> <svg/onload=1>',
    );
  });
});

describe('addresses', () => {
  test.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java\tscript:alert(1)',
    'java\nscript:alert(1)',
    '\u0001javascript:alert(1)',
    ' javascript:alert(1)',
    'javascript&colon;alert(1)',
    '&#106;avascript:alert(1)',
    '&#x6A&#x61;vascript:alert(1)',
    'javascript&#58;alert(1)',
    'data:text/html,<script>1</script>',
    'vbscript:x',
    'file:///etc/passwd',
    'blob:https://a.example/x',
    'view-source:https://a.example',
    'ftp://a.example',
    'about:blank',
    'http://[',
  ])('%j leads nowhere', (address) => {
    for (const source of [`[x](${address})`, `[x](<${address}>)`, `<${address}>`, `[x]\n\n[x]: <${address}>`, `![x](<${address}>)`]) {
      expectInert(once(source));
    }
    expect(allowed('javascript:alert(1)')).toBeNull();
  });

  test.each(['https://a.example/ü?q=1#f', 'http://a.example', 'mailto:a@b.example', '#part', '/path', 'path/x', '?q', '//a.example'])(
    '%s is a link',
    (address) => {
      const link = once(`[x](${address})`).querySelector('a');
      expect(link?.getAttribute('href')).toBe(address);
      expect(link?.rel).toBe('noopener noreferrer nofollow');
      expect(link?.target).toBe('_blank');
    },
  );

  test('an image is a placeholder that fetches nothing', () => {
    const into = once('![a cat](https://a.example/cat.png "t")');
    expect(into.querySelector('img, picture, source, object, embed')).toBeNull();
    expect(into.textContent).toBe('Image a cat');
    expect(into.querySelector('a')?.getAttribute('href')).toBe('https://a.example/cat.png');
  });
});

describe('depth', () => {
  const depthOf = (node: Element): number => Math.max(0, ...[...node.children].map(depthOf)) + 1;

  test.each([
    ['quotes', '> '.repeat(10_000) + 'x'],
    ['quotes on lines', Array.from({ length: 300 }, (_, index) => `${'>'.repeat(index)} x`).join('\n')],
    ['lists', '- '.repeat(10_000) + 'x'],
    ['lists on lines', Array.from({ length: 300 }, (_, index) => `${'  '.repeat(index)}- x`).join('\n')],
    ['brackets', '['.repeat(10_000) + 'x' + ']'.repeat(10_000)],
    ['links', '[a]('.repeat(10_000)],
    ['images', '!['.repeat(10_000) + 'x' + '](y)'.repeat(10_000)],
    ['emphasis', '*a **b '.repeat(5_000) + 'b** a*'.repeat(5_000)],
    ['open emphasis', '**a *b '.repeat(5_000)],
  ])('10,000 %s', (_, source) => {
    for (const into of [once(source), partly(source).into]) {
      expect(depthOf(into)).toBeLessThan(120);
      expect(into.textContent).toContain('x'.slice(0, source.includes('x') ? 1 : 0));
    }
  });
});

describe('work', () => {
  // Time is not asserted; what is quadratic here does not come to its end within the time of a test.
  const LENGTH = 50_000;
  const repeat = (text: string): string => text.repeat(Math.ceil(LENGTH / text.length));
  const texts = [
    '*a', '**a', '*a_', 'a**b', '_a ', '~~a', '`', '``a`', '[', '[a', '[a](', '[a](b "', '[a](<b', '![', '[a]', ']', '<', '<a', '<a b="',
    '<!--', '<!-- a', '$', '$a', '$a ', '$$', '\\(', '\\[a', '\\$', '&', '&amp', '&#', 'https://', 'a://', 'http://a.b/(', '<a@', '<a:',
    '  \n', '\\\n', ' ', '\t', 'あ', '「**', '[^', '[^a]', '[a][b', '\u202e', '<https://a', '(', ')', '!', ':', '*_', '***a***',
  ];

  test.each(texts)('a long line of %j', { timeout: 20_000 }, (text) => {
    const scope = { target: () => undefined, footnote: () => true };
    const source = repeat(text);
    expect(parseInline(source, 0, { ...scope, open: false }).length).toBeGreaterThanOrEqual(0);
    expect(parseInline(source, 0, { ...scope, open: true }).length).toBeGreaterThanOrEqual(0);
  });

  const lines = [
    '> a', '>', '- a', '-', '1. a', '  - a', '[a]: b', '[a]: b "', '[a]:', '[a]: <b', '# a #', '#', '```', '~~~a', '    a', '|a|', '|-|',
    '|a|b|\n|-|-|', '$$', '\\[', '===', '---', '***', '[^a]: b', '\t', '&', 'a  ', '> - > - a', '- - - a', 'a\n-', '|'.repeat(500), '-|'.repeat(500),
  ];

  test.each(lines)('many lines of %j', { timeout: 20_000 }, (line) => {
    const lexer = new Lexer();
    let at = 0;
    for (const text of repeat(`${line}\n`).split('\n')) {
      lexer.feed(text, at);
      at += text.length + 1;
    }
    lexer.finish();
    expect(lexer.root.final).toBe(true);
  });

  test('one line of a million characters', { timeout: 60_000 }, () => {
    const source = `${'長い行 of words, '.repeat(20)}**bold** `.repeat(4_000);
    expect(source.length).toBeGreaterThan(1_000_000);
    const into = once(source);
    expect(into.querySelectorAll('strong')).toHaveLength(4_000);
  });

  test('a table does not multiply what the model wrote', () => {
    const columns = 150;
    const source = `|${'a|'.repeat(columns)}\n|${'-|'.repeat(columns)}\n${'|\n'.repeat(200)}`;
    expect(once(source).querySelectorAll('td').length).toBeLessThanOrEqual(200);
  });
});

describe('direction', () => {
  test('every block of text has its own direction', () => {
    const into = once('\u202eabc\n\nעברית\n\n- \u202exyz\n\n| \u202ea | b |\n|---|---|\n\n`\u202ecode`');
    for (const block of into.querySelectorAll('p, th')) expect(block.closest('[dir=auto]')).not.toBeNull();
  });

  test('code is from left to right', () => {
    expect(once('```\n\u202eabc\n```').querySelector('pre')?.closest('[dir]')?.getAttribute('dir')).toBe('ltr');
  });
});
