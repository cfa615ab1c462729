// The face of the module: what stays while text arrives, what leads back to the source, when it paints.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { render, renderOnce } from '../../../src/markdown';
import { Painter } from '../../../src/markdown/paint';
import { once, options, partly, place, tree } from './page';

/** The text node that holds a text, and where in it. */
function find(into: HTMLElement, text: string): [Node, number] {
  const walker = document.createTreeWalker(into, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const at = walker.currentNode.textContent?.indexOf(text) ?? -1;
    if (at >= 0) return [walker.currentNode, at];
  }
  throw new Error(`${text} is not on the page`);
}

describe('what is finished stays', () => {
  test('nodes of finished blocks are not touched', async () => {
    const { into, rendering } = partly('# Title\n\nOne **two** three.\n\n- a\n- b\n\n> q\n\n```\nx\n```\n\nLast');
    const finished = [...into.children].slice(0, -1);
    const seen: MutationRecord[] = [];
    const observer = new MutationObserver((records) => seen.push(...records));
    for (const element of finished) observer.observe(element, { subtree: true, childList: true, characterData: true, attributes: true });
    for (const piece of [' paragraph.\n', '\n- x\n- y\n\n', '| a |\n|---|\n| b |\n', '\n## End\n']) {
      rendering.push(piece);
      rendering.flush();
    }
    rendering.done();
    seen.push(...observer.takeRecords());
    expect(seen).toEqual([]);
    await Promise.resolve();
  });

  test('a selection survives, also in the paragraph that is being written', () => {
    const { into, rendering } = partly('First paragraph.\n\nSecond **bold** paragraph');
    const range = document.createRange();
    range.setStart(...find(into, 'paragraph.'));
    range.setEnd(...find(into, 'bold'));
    getSelection()?.removeAllRanges();
    getSelection()?.addRange(range);
    rendering.push(' goes on with *more* text.\n\nThird.');
    rendering.flush();
    expect(getSelection()?.toString()).toContain('paragraph.');
    expect(range.endContainer.isConnected).toBe(true);
  });

  test('an item that makes its list loose leaves the other items alone', () => {
    const { into, rendering } = partly('- a\n- b\n');
    const items = [...into.querySelectorAll('li, li p')];
    rendering.push('\n- c\n');
    rendering.done();
    expect([...into.querySelectorAll('li, li p')].slice(0, 4)).toEqual(items);
    expect(into.querySelector('ul')?.classList).toContain('loose');
  });
});

describe('the source of a place', () => {
  const SOURCE =
    '# A *title*\n\nText with **bold**, `code`, &amp; [link](https://a.example) end\n  second line.\n\n> - item one\n>   more\n> - item two\n\n' +
    '| h1 | h2 |\n|---|---|\n| c\\|1 | c2 |\n\n1. step\n\n   ```js\n   let y = 1;\n   let z;\n   ```\n\n終わり';

  test.each(['title', 'bold', 'code', 'link', ' end', 'second', 'item one', 'more', 'item two', 'h2', 'c2', 'let z', '終わり'])('%s', (text) => {
    const { into, rendering } = partly(SOURCE);
    expect(rendering.offsetOf(...find(into, text))).toBe(SOURCE.indexOf(text));
  });

  test('inside of a word', () => {
    const { into, rendering } = partly(SOURCE);
    const [node, at] = find(into, 'second');
    expect(rendering.offsetOf(node, at + 3)).toBe(SOURCE.indexOf('second') + 3);
  });

  test('of a place outside is not known', () => {
    const { rendering } = partly(SOURCE);
    expect(rendering.offsetOf(document.body, 0)).toBeNull();
  });

  test.each([
    ['title', 'H1'],
    ['bold', 'P'],
    ['item two', 'P'],
    ['c2', 'TR'],
    ['let z', 'DIV'],
    ['終わり', 'P'],
  ])('%s stands in its block', (text, name) => {
    const { rendering } = partly(SOURCE);
    const found = rendering.placeOf(SOURCE.indexOf(text))?.element;
    expect(found?.tagName).toBe(name);
    expect(found?.textContent).toContain(text);
  });

  test('a place behind the text has no element', () => {
    expect(partly('x').rendering.placeOf(2)).toBeNull();
    expect(partly('').rendering.placeOf(0)).toBeNull();
  });
});

test('with formulas and highlighting too, a page that arrived in pieces is the page of the whole', async () => {
  const source = Array.from({ length: 20 }, (_, n) => `## ${n}\n\n$x_${n}$ and $$y$$\n\n\`\`\`rust\nlet x = ${n};\n\`\`\`\n\n\\[\nz\n\\]\n`).join('\n');
  const [streamed, whole] = [document.createElement('div'), document.createElement('div')];
  document.body.replaceChildren(streamed, whole);
  renderOnce(whole, source, options);
  const rendering = render(streamed, options);
  for (let at = 0; at < source.length; at += 7) {
    rendering.push(source.slice(at, at + 7));
    rendering.flush();
    if (at % 70 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }
  rendering.done();
  await vi.waitFor(
    () => {
      expect(whole.querySelectorAll('.katex')).toHaveLength(60);
      expect(whole.querySelectorAll('.hljs-keyword')).toHaveLength(20);
      expect(tree(streamed)).toBe(tree(whole));
    },
    { timeout: 5_000 },
  );
});

describe('replacing', () => {
  test('with a longer text keeps what is there', () => {
    const { into, rendering } = partly('# One\n\ntwo');
    const title = into.firstChild;
    rendering.replace('# One\n\ntwo three');
    rendering.flush();
    expect(into.firstChild).toBe(title);
    expect(into.textContent).toBe('Onetwo three');
  });

  test('with another text shows that', () => {
    const { into, rendering } = partly('# One\n\ntwo');
    rendering.replace('other');
    rendering.done();
    expect(tree(into)).toBe(tree(once('other')));
    expect(rendering.source).toBe('other');
  });

  test('text behind a finished text goes on', () => {
    const { into, rendering } = partly('- a');
    rendering.done();
    rendering.push('\n- b');
    rendering.done();
    expect(tree(into)).toBe(tree(once('- a\n- b')));
  });

  test('destroying leaves nothing', () => {
    const { into, rendering } = partly('text');
    rendering.push(' more');
    rendering.destroy();
    expect(into.childNodes).toHaveLength(0);
    expect(into.className).toBe('');
  });
});

describe('painting', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'requestAnimationFrame', 'cancelAnimationFrame', 'performance'] });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  test('happens once per frame, however often text arrives', () => {
    vi.spyOn(document, 'hidden', 'get').mockReturnValue(false);
    const into = place();
    const rendering = render(into, options);
    for (let count = 0; count < 100; count += 1) rendering.push('a');
    expect(into.textContent).toBe('');
    vi.advanceTimersToNextFrame();
    expect(into.textContent).toBe('a'.repeat(100));
  });

  test('rests five times as long as it took', () => {
    vi.spyOn(document, 'hidden', 'get').mockReturnValue(false);
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    let paints = 0;
    const painter = new Painter(() => {
      paints += 1;
      now += 100;
      return false;
    });
    painter.ask();
    vi.advanceTimersByTime(20);
    expect(paints).toBe(1);
    painter.ask();
    vi.advanceTimersByTime(490);
    expect(paints).toBe(1);
    vi.advanceTimersByTime(60);
    expect(paints).toBe(2);
  });

  test('reads a very long text in several paints', () => {
    vi.spyOn(document, 'hidden', 'get').mockReturnValue(false);
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 1));
    const into = place();
    render(into, options).push('line\n\n'.repeat(1_000));
    vi.advanceTimersToNextFrame();
    const first = into.childElementCount;
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(1_000);
    vi.advanceTimersByTime(60_000);
    expect(into.childElementCount).toBe(1_000);
  });

  test('goes on in a page that is not in front', () => {
    vi.spyOn(document, 'hidden', 'get').mockReturnValue(true);
    const into = place();
    render(into, options).push('text');
    vi.advanceTimersByTime(1_000);
    expect(into.textContent).toBe('text');
  });
});
