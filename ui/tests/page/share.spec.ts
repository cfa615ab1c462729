// Giving away a conversation, or one answer of it.

import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { en } from '../words';
import { expect, test } from './fixtures';

const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

test('a conversation is shared as a link, as Markdown and on paper', async ({ chat, page }) => {
  await page.addInitScript(() => Object.assign(window, { print: () => Object.assign(window, { printed: true }) }));
  await chat.open();
  await chat.send('/echo to be *shared*');
  await chat.ended();
  const open = () => page.getByTestId('open-share').click();
  await open();
  await expect(page.getByTestId('share')).toContainText(en.linkOpens.open);
  await expect(page.getByTestId('share-link')).toHaveCount(0);
  await expect(page.getByTestId('share-copy-link')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('toast')).toContainText(en.copied);
  expect(await clipboard(page)).toBe(page.url());

  await open();
  await page.getByTestId('share-copy').click();
  await expect.poll(() => clipboard(page)).toContain('to be *shared*');
  expect(await clipboard(page)).toContain('/echo');
  await open();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByTestId('share-download').click()]);
  expect(file.suggestedFilename()).toMatch(/\.md$/);
  await open();
  await page.getByTestId('share-print').click();
  await expect.poll(() => page.evaluate(() => 'printed' in window)).toBe(true);
});

test('one answer is shared alone', async ({ chat, page }) => {
  await page.addInitScript(() => Object.assign(window, { print: () => Object.assign(window, { printed: true }) }));
  await chat.open();
  await chat.send('/echo the first');
  await chat.ended();
  await chat.send('/echo the *second*');
  await expect(chat.answers).toHaveCount(2);
  await chat.ended();
  const open = async () => {
    await chat.answer.getByTestId('answer-menu').click();
    await page.getByTestId('share-answer').click();
    await expect(page.getByTestId('share')).toBeVisible();
  };
  await open();
  await page.getByTestId('share-copy-link').click();
  const id = await chat.answer.getAttribute('data-message');
  await expect.poll(() => clipboard(page)).toBe(`${page.url()}#m-${id}`);
  await open();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByTestId('share-download').click()]);
  expect(readFileSync(await file.path(), 'utf8')).toBe('the *second*');
  await open();
  await page.getByTestId('share-print').click();
  await expect.poll(() => page.evaluate(() => 'printed' in window)).toBe(true);
  // On paper, until it is printed, there is only this one.
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByText('the second')).toBeVisible();
  await expect(page.getByText('the first', { exact: true })).toBeHidden();
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));
  await expect(page.getByText('the first', { exact: true })).toBeVisible();
});

test('where the system has a sheet for it, it is used', async ({ chat, page }) => {
  await page.addInitScript(() => {
    const shared: ShareData[] = [];
    Object.assign(window, { shared });
    Object.defineProperty(navigator, 'share', {
      value: (data: ShareData) => {
        shared.push(data);
        return shared.length > 1 ? Promise.reject(new DOMException('closed', 'AbortError')) : Promise.resolve();
      },
    });
  });
  const shared = () => page.evaluate(() => (window as unknown as { shared: ShareData[] }).shared);
  await chat.open();
  await chat.send('/echo by the system');
  await chat.ended();
  await page.getByTestId('open-share').click();
  await page.getByTestId('share-link').click();
  await expect.poll(shared).toHaveLength(1);
  expect((await shared())[0]?.url).toBe(page.url());
  await page.getByTestId('open-share').click();
  await page.getByRole('menuitem', { name: en.shareText }).click();
  await expect.poll(shared).toHaveLength(2);
  expect((await shared())[1]?.text).toContain('by the system');
  // Closing the sheet is no failure.
  await expect(page.getByTestId('toast')).toHaveCount(0);
});
