// Every screen, in both languages, both themes, and three widths: readable for everybody, in one
// language, and within the glass.

import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { en, ja } from '../words';
import { expect, test } from './fixtures';
import { everyScreen } from './screens';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

async function seriousFindings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** The sentences of a dictionary that the other one says in other words. */
function sentences(words: object, others: object): string[] {
  return Object.entries(words).flatMap(([name, value]) => {
    const other = (others as Record<string, unknown>)[name];
    if (typeof value === 'string') return value === other ? [] : [value];
    return typeof value === 'object' && value !== null && typeof other === 'object' && other !== null ? sentences(value, other) : [];
  });
}

/** What the page says that can be seen, heard or read in a tip: not what was written in conversations. */
const said = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const found: string[] = [];
    const theirs = '[data-testid="answer-text"], [data-testid="question"], [data-testid="conversation"], h1, pre, [lang]:not(html)';
    for (const element of document.querySelectorAll<HTMLElement>('body *')) {
      if (!element.checkVisibility() || element.closest(theirs)) continue;
      for (const name of ['aria-label', 'title', 'placeholder']) found.push(element.getAttribute(name) ?? '');
      for (const node of element.childNodes) if (node instanceof Text) found.push(node.data);
    }
    return found.map((text) => text.trim()).filter(Boolean);
  });

/** What can be pressed or filled in, and lies outside of the glass with nothing to scroll it in. */
const beyond = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const scrolls = (element: Element | null): boolean =>
      element !== null && (['auto', 'scroll'].includes(getComputedStyle(element).overflowX) && element.scrollWidth > element.clientWidth + 1 || scrolls(element.parentElement));
    const wide = document.documentElement.scrollWidth > innerWidth ? [`the page is ${document.documentElement.scrollWidth} wide`] : [];
    const out = [...document.querySelectorAll<HTMLElement>('button, input, textarea, select, a[href], summary')].filter((control) => {
      const { left, right, width } = control.getBoundingClientRect();
      return control.checkVisibility({ visibilityProperty: true }) && !control.classList.contains('skip') && width > 1 && (left < -1 || right > innerWidth + 1) && !scrolls(control.parentElement);
    });
    return [...wide, ...out.map((control) => control.outerHTML.slice(0, 160))];
  });

for (const { name, width, height, scheme, locale } of [
  { name: 'a desk', width: 1280, height: 900, scheme: 'light', locale: 'en-US' },
  { name: 'a desk at night', width: 1280, height: 900, scheme: 'dark', locale: 'ja-JP' },
  { name: 'a tablet', width: 820, height: 1180, scheme: 'light', locale: 'ja-JP' },
  { name: 'a phone', width: 390, height: 844, scheme: 'light', locale: 'ja-JP' },
  { name: 'a phone at night', width: 390, height: 844, scheme: 'dark', locale: 'en-US' },
] as const) {
  test.describe(`on ${name}, ${locale}`, () => {
    test.use({ viewport: { width, height }, colorScheme: scheme, locale, contextOptions: { reducedMotion: 'reduce' } });
    test('every screen is whole, readable, and in one language', async ({ chat, page }) => {
      const [own, other] = locale === 'ja-JP' ? [ja, en] : [en, ja];
      const foreign = new Set(sentences(other, own));
      expect(foreign.size).toBeGreaterThan(200);
      let spoken = 0;
      await everyScreen({ chat }, async (screen) => {
        const texts = await said(page);
        spoken += texts.length;
        expect.soft(texts.filter((text) => foreign.has(text) || /undefined|\[object|NaN|=>/.test(text)), `${screen}: words of the other language`).toEqual([]);
        expect.soft(await beyond(page), `${screen}: beyond the glass`).toEqual([]);
        expect.soft(await seriousFindings(page), `${screen}: for everybody`).toEqual([]);
      });
      expect(spoken).toBeGreaterThan(300);
    });
  });
}

test('nobody is shown motion who asked for none', async ({ chat, page }) => {
  const moving = () => page.evaluate(() => document.getAnimations().filter((one) => one.playState === 'running' && Number(one.effect?.getComputedTiming().duration) > 1).length);
  await chat.open();
  await chat.send('/long 200');
  await chat.begun(100);
  // Whoever asked for nothing sees the mark at the end of the text breathe.
  await expect.poll(moving).toBeGreaterThan(0);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await expect.poll(moving).toBe(0);
  await expect(chat.answer).toHaveAttribute('data-state', 'running');
});
