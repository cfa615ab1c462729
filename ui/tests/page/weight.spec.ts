// What a visitor waits for: the scripts a browser asks for before the page can be used, and those it must not ask for until
// then.

import { gzipSync } from 'node:zlib';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';

const BUDGET_BYTES = 60_000;

declare global {
  interface Window {
    usableAt?: number;
  }
}

/** From now on the page notes when it can be used: this is on it, and so is the field. */
async function watch(page: Page, selector: string): Promise<void> {
  await page.addInitScript((wanted) => {
    const look = (): void => {
      if (document.querySelector(wanted)?.textContent && document.querySelector('textarea')) setTimeout(() => (window.usableAt = performance.now()));
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, selector);
}

/** The scripts that were asked for before the page could be used, and their weight as gzip. */
async function asked(page: Page): Promise<{ names: string[]; bytes: number }> {
  await page.waitForFunction(() => window.usableAt !== undefined);
  const addresses = await page.evaluate(() =>
    performance.getEntriesByType('resource').filter(({ name, startTime }) => name.endsWith('.js') && startTime < (window.usableAt ?? 0)).map(({ name }) => name),
  );
  let bytes = 0;
  for (const address of addresses) bytes += gzipSync(await (await page.request.get(address)).body(), { level: 9 }).length;
  return { names: addresses.map((address) => new URL(address).pathname), bytes };
}

for (const locale of ['en-US', 'ja-JP']) {
  test.describe(locale, () => {
    test.use({ locale });

    test('the empty page is light', async ({ chat, page }) => {
      await watch(page, '[data-testid=empty]');
      await chat.open();
      const { names, bytes } = await asked(page);
      expect(names.length, names.join(' ')).toBeGreaterThan(3);
      expect(bytes, names.join(' ')).toBeLessThanOrEqual(BUDGET_BYTES);
    });

    // What is beside the text, of how it is written or why it stopped, is asked for when the text is there.
    for (const [state, said] of [
      ['that is whole', '/long 3'],
      ['that is being written', '/long 2000'],
      ['that was stopped', '/long 2000'],
    ] as const) {
      test(`a conversation ${state} is light`, async ({ chat, page, context }) => {
        await chat.open();
        await chat.send(said);
        if (state === 'that is whole') await chat.ended();
        else await chat.begun(200);
        if (state === 'that was stopped') {
          await page.getByTestId('stop').click();
          await chat.ended('stopped');
        }
        const other = await context.newPage();
        await watch(other, '[data-testid=answer-text]');
        await other.goto(page.url());
        const { names, bytes } = await asked(other);
        expect(names.some((name) => /Thread/.test(name)), names.join(' ')).toBe(true);
        expect(bytes, names.join(' ')).toBeLessThanOrEqual(BUDGET_BYTES);
      });
    }
  });
}

test('what comes later is loaded ahead when the page can be used', async ({ chat, page }) => {
  await watch(page, '[data-testid=empty]');
  const early: string[] = [];
  page.on('request', (request) => early.push(request.url()));
  await chat.open();
  const { names } = await asked(page);
  const later = ['Palette', 'Details', 'Settings', 'Thread', 'Triggers', 'Reader'];
  expect(names.filter((name) => later.some((part) => name.includes(part)))).toEqual([]);
  await expect.poll(() => later.filter((part) => !early.some((address) => address.includes(part)))).toEqual([]);
});
