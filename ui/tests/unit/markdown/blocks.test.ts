// Code, tables, footnotes, definitions and diagrams on the page.

import highlighter from 'highlight.js/lib/common';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { renderOnce } from '../../../src/markdown';
import { loadHighlighter } from '../../../src/markdown/highlight';
import { loadKatex } from '../../../src/markdown/math';
import { asHtml, once, options, partly, place } from './page';

/** The texts that were copied. */
function copying(source: string): { into: HTMLElement; copied: string[] } {
  const copied: string[] = [];
  const into = place();
  renderOnce(into, source, { ...options, onCopy: (text) => copied.push(text) });
  return { into, copied };
}

function press(into: HTMLElement, selector: string): void {
  into.querySelector<HTMLButtonElement>(selector)?.click();
}

/** What a download would hold. */
async function downloaded(into: HTMLElement, selector: string): Promise<Uint8Array> {
  let blob = new Blob();
  vi.stubGlobal('URL', Object.assign(URL, { createObjectURL: (made: Blob) => ((blob = made), 'blob:x'), revokeObjectURL: () => undefined }));
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => undefined);
  press(into, selector);
  await vi.waitFor(() => {
    expect(blob.size).toBeGreaterThan(0);
  });
  vi.restoreAllMocks();
  const reader = new FileReader();
  reader.readAsArrayBuffer(blob);
  await new Promise((resolve) => (reader.onload = resolve));
  return new Uint8Array(reader.result as ArrayBuffer);
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('code', () => {
  const CODE = 'fn main() {\n\tlet x = "<b>&amp;";\n\n    // 日本語\n}';

  test('is copied exactly', () => {
    const { into, copied } = copying(`1. text\n\n   \`\`\`rust\n${CODE.replace(/^(?=.)/gm, '   ')}\n   \`\`\`\n`);
    press(into, '.code-copy');
    expect(copied).toEqual([CODE]);
  });

  test('is downloaded exactly', async () => {
    const bytes = await downloaded(once(`~~~rust\n${CODE}\n~~~`), '.code-download');
    expect(new TextDecoder().decode(bytes)).toBe(CODE);
  });

  test('has its head and its buttons from the first line', () => {
    const { into } = partly('```python title=x\n');
    expect(into.querySelector('.code-language')?.textContent).toBe('python');
    expect(into.querySelectorAll('.code-actions button')).toHaveLength(3);
  });

  test('only grows while it is written', () => {
    const { into, rendering } = partly('```\nfirst\nsec');
    const text = into.querySelector('code')?.firstChild;
    rendering.push('ond\n\nthird');
    rendering.flush();
    expect(into.querySelector('code')?.firstChild).toBe(text);
    expect(text?.textContent).toBe('first\nsecond\n\nthird');
  });

  test('is highlighted when its fence is closed, and keeps its text', async () => {
    await loadHighlighter();
    const source = `\`\`\`rust\n${CODE}\n`;
    const { into, rendering } = partly(source);
    expect(into.querySelector('code span')).toBeNull();
    rendering.push('```\n');
    rendering.flush();
    await vi.waitFor(() => {
      expect(into.querySelector('code .hljs-keyword')?.textContent).toBe('fn');
    });
    expect(into.querySelector('code')?.textContent).toBe(CODE);
    expect(into.querySelector('code .hljs-string')?.textContent).toBe('"<b>&amp;"');
  });

  test('of every common language keeps its text', async () => {
    const highlight = await loadHighlighter();
    const code = '<a href="x">{{ y }}</a> <?php echo 1; ?> <script>let x = `${1}`; // c</script>\n# include "x" \'y\' /* z */ :end 1.5e3\n';
    for (const language of highlighter.listLanguages()) expect(highlight(code, language)?.textContent).toBe(code);
  });

  test('wraps on request', () => {
    const into = once('```\nx\n```');
    press(into, '.code-wrap');
    expect(into.querySelector('.code')?.classList).toContain('wraps');
    expect(into.querySelector('.code-wrap')?.getAttribute('aria-pressed')).toBe('true');
  });
});

describe('tables', () => {
  const TABLE = '| 名前 | **n** | x |\n|:-----|--:|---|\n| 「a\\|b」 | `1,000` | say "hi" |\n| [link](https://a.example) | $x^2$ |\n';

  test('are copied for spreadsheets', () => {
    const { into, copied } = copying(TABLE);
    press(into, '.table-copy');
    expect(copied).toEqual(['名前\tn\tx\n「a|b」\t1,000\tsay "hi"\nlink\tx^2\t']);
  });

  test('are downloaded as CSV in UTF-8 with its mark', async () => {
    const bytes = await downloaded(once(TABLE), '.table-download');
    expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    expect(new TextDecoder().decode(bytes)).toBe('名前,n,x\r\n「a|b」,"1,000","say ""hi"""\r\nlink,x^2,\r\n');
  });

  test('follow a line of text', () => {
    expect(asHtml(once('表:\n| a | b |\n|---|---|\n| 1 | 2 |')).replace(/<\/?(?:div|button)[^>]*>/g, '')).toContain('<p>表:</p>');
  });

  test('keep their rows while the next one is written', () => {
    const { into, rendering } = partly(`${TABLE}| third`);
    const rows = [...into.querySelectorAll('tr')];
    rendering.push(' | row |\n| fourth |');
    rendering.flush();
    expect([...into.querySelectorAll('tr')].slice(0, 4)).toEqual(rows);
    expect(into.querySelectorAll('tr')).toHaveLength(5);
  });

  test('with very many rows are cut while they grow, and complete at the end', async () => {
    const { into, rendering } = partly(`| n |\n|---|\n${Array.from({ length: 1_000 }, (_, n) => `| ${n} |\n`).join('')}`);
    expect(into.querySelectorAll('tr')).toHaveLength(300);
    expect(into.querySelector('.table-more')?.textContent).toBe('… +701');
    rendering.done();
    await vi.waitFor(() => {
      expect(into.querySelectorAll('tr')).toHaveLength(1_001);
      expect(into.querySelector('.table-more')).toBeNull();
    });
    expect([...into.querySelectorAll('td')].map((cell) => Number(cell.textContent))).toEqual(Array.from({ length: 1_000 }, (_, n) => n));
  });
});

/** The TeX of a formula, typeset or not. */
function texOf(formula: Element): string {
  return (formula.querySelector('annotation') ?? formula).textContent ?? '';
}

describe('formulas', () => {
  test.each([
    ['$x^2$ です', ['x^2']],
    ['値は$E = mc^2$です', ['E = mc^2']],
    ['\\(a_b\\) and \\[c\\]', ['a_b', 'c']],
    ['$$\nx\n- y\n= z\n$$', ['x\n- y\n= z']],
    ['text\n\\[\n\\frac{1}{2}\n\\]\ntext', ['\\frac{1}{2}']],
    ['$5 and $6', []],
    ['US$5 and US$6.', []],
    ['It costs $5, or $6.', []],
    ['価格は$5です。次は$6です。', []],
    ['$HOME/$USER', []],
    ['\\$5 and $x$', ['x']],
    ['$5、または$x$', ['x']],
    ['`$x$` and ```$y$```', []],
    ['a \\\\(b\\\\)', []],
  ])('%j', (source, formulas) => {
    expect([...once(source).querySelectorAll('.math')].map(texOf)).toEqual(formulas);
  });

  test('are typeset without attributes of the model', async () => {
    await loadKatex();
    const into = once('$\\frac12$ and $\\href{javascript:alert(1)}{x}$ and $\\unknowncommand$');
    await vi.waitFor(() => {
      expect(into.querySelectorAll('.katex').length).toBeGreaterThanOrEqual(1);
      expect(into.querySelector('.unreadable')?.textContent).toBe('\\unknowncommand');
    });
    expect(into.querySelector('a')).toBeNull();
  });
});

describe('definitions and footnotes', () => {
  test('a definition that comes late makes the link', () => {
    const { into, rendering } = partly('See [the page] and [other][Late].\n\nMore text.\n\n');
    const text = into.querySelectorAll('p')[1];
    expect(into.querySelector('a')).toBeNull();
    rendering.push('[late]: https://late.example "T"\n[the page]: /p\n');
    rendering.done();
    expect([...into.querySelectorAll('a')].map((link) => link.getAttribute('href'))).toEqual(['/p', 'https://late.example']);
    expect(into.querySelectorAll('p')[1]).toBe(text);
  });

  test('a reference becomes text if its footnote never comes', () => {
    const { into, rendering } = partly('One[^1] and two[^2].\n\n[^1]: The note.\n');
    expect(into.querySelectorAll('sup')).toHaveLength(2);
    rendering.done();
    expect(into.querySelector('p')?.textContent).toBe('One1 and two[^2].');
    expect(into.querySelector('.footnote')?.textContent).toBe('1The note.');
  });

  test('a footnote may follow a list', () => {
    const into = once('- one\n- two[^1]\n\n[^1]: The note.');
    expect(into.querySelectorAll('.footnote-reference')).toHaveLength(1);
    expect(into.querySelector('.footnote')?.textContent).toBe('1The note.');
  });

  test('a reference leads to its footnote', () => {
    const into = once('One[^a].\n\n[^A]: The note.');
    const note = into.querySelector<HTMLElement>('.footnote');
    if (note !== null) note.scrollIntoView = vi.fn();
    press(into, '.footnote-reference');
    expect(document.activeElement).toBe(note);
  });
});

describe('diagrams', () => {
  const SOURCE = '```mermaid\nflowchart LR\n  A --> B\n```\n';

  function answer(into: HTMLElement, data: unknown): void {
    const source = into.querySelector('iframe')?.contentWindow ?? null;
    window.dispatchEvent(new MessageEvent('message', { data, source }));
  }

  async function framed(): Promise<HTMLElement> {
    const into = once(SOURCE);
    await vi.waitFor(() => {
      expect(into.querySelector('iframe')).not.toBeNull();
    });
    return into;
  }

  test('are drawn in a frame without an origin, once the fence is closed', async () => {
    expect((await framed()).querySelector('iframe')?.getAttribute('sandbox')).toBe('allow-scripts');
    const { into } = partly('```mermaid\nflowchart LR\n');
    await import('../../../src/markdown/diagram');
    expect(into.querySelector('iframe')).toBeNull();
  });

  test('take the place of their source, which stays one click away', async () => {
    const into = await framed();
    answer(into, { diagram: 'drawn', height: 120.4 });
    const code = into.querySelector('.code');
    expect(code?.classList).toContain('drawn');
    expect(into.querySelector('iframe')?.height).toBe('121');
    press(into, '.diagram-toggle');
    expect(code?.classList).not.toContain('drawn');
  });

  test('that cannot be drawn show their source', async () => {
    const into = await framed();
    answer(into, { diagram: 'failed' });
    expect(into.querySelector('iframe')).toBeNull();
    expect(into.querySelector('code')?.textContent).toBe('flowchart LR\n  A --> B');
  });

  test('listen only to their own frame, and to what it can say', async () => {
    const into = await framed();
    window.dispatchEvent(new MessageEvent('message', { data: { diagram: 'drawn', height: 5 }, source: window }));
    answer(into, { diagram: 'drawn', height: 'x' });
    answer(into, 'drawn');
    expect(into.querySelector('.code')?.classList).not.toContain('drawn');
  });
});
