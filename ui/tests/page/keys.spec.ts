// Shortcuts a person changes, and what is typed before the palette is there.

import type { Page } from '@playwright/test';
import { en } from '../words';
import { expect, test } from './fixtures';

const openKeys = async (page: Page) => {
  await page.getByTestId('page-menu').click();
  await page.getByRole('menuitem', { name: en.keysTitle }).click();
  await expect(page.getByTestId('keys')).toBeVisible();
};
const row = (page: Page, action: keyof typeof en.keys) => page.getByTestId('keys').getByRole('listitem').filter({ hasText: en.keys[action] });
const change = (page: Page, action: keyof typeof en.keys) => row(page, action).getByRole('button', { name: /Change/ });

test('a shortcut is changed, shown everywhere, kept, and set back', async ({ chat, page }) => {
  await chat.open();
  await openKeys(page);
  await change(page, 'sidebar').click();
  await expect(page.getByTestId('keys-ask')).toBeFocused();
  await page.keyboard.press('Control+Shift+Y');
  await expect(change(page, 'sidebar')).toHaveAccessibleName('Sidebar: Ctrl+Shift+Y. Change');
  await expect(change(page, 'sidebar')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('keys')).toHaveCount(0);

  const conversations = page.getByTestId('conversations');
  await page.keyboard.press('Control+B');
  await expect(conversations).toBeVisible();
  await page.keyboard.press('Control+Shift+Y');
  await expect(conversations).toBeHidden();
  await expect(page.getByTestId('open-sidebar')).toHaveAttribute('title', `${en.sidebar} (Ctrl+Shift+Y)`);
  await page.reload();
  await expect(page.getByTestId('open-sidebar')).toBeVisible();
  await page.keyboard.press('Control+Shift+Y');
  await expect(conversations).toBeVisible();

  await openKeys(page);
  await row(page, 'sidebar').getByTestId('keys-back').click();
  await expect(change(page, 'sidebar')).toHaveAccessibleName('Sidebar: Ctrl+B. Change');
  await expect(page.getByTestId('keys-all-back')).toBeDisabled();
});

test('keys that are needed are refused, and those of another action can be swapped', async ({ chat, page }) => {
  await chat.open();
  await openKeys(page);
  await change(page, 'palette').click();
  const told = page.getByTestId('keys-told');
  await page.keyboard.press('Control+R');
  await expect(told).toHaveText(en.keysRefused.browser('Ctrl+R'));
  await page.keyboard.press('Control+A');
  await expect(told).toHaveText(en.keysRefused.field('Ctrl+A'));
  await page.keyboard.press('Control+B');
  await expect(told).toHaveText(en.keysTaken('Ctrl+B', en.keys.sidebar));
  await page.keyboard.press('Tab');
  await expect(page.getByTestId('keys-swap')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(change(page, 'palette')).toHaveAccessibleName(/Ctrl\+B/);
  await expect(change(page, 'sidebar')).toHaveAccessibleName(/Ctrl\+K/);
  // Escape leaves what there is, and the list open.
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('keys-ask')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(change(page, 'palette')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('keys')).toHaveCount(0);
  await page.keyboard.press('Control+B');
  await expect(page.getByTestId('search')).toBeFocused();
  await expect(page.getByRole('option', { name: en.newChat })).toContainText('Ctrl+Shift+O');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('palette')).toHaveCount(0);
  await page.keyboard.press('Control+K');
  await expect(page.getByTestId('conversations')).toBeHidden();
  await page.keyboard.press('Control+K');
  await openKeys(page);
  await page.getByTestId('keys-all-back').click();
  await expect(change(page, 'palette')).toHaveAccessibleName(/Ctrl\+K/);
});

test('shortcuts are switched off where they are listed', async ({ chat, page }) => {
  await chat.open();
  await openKeys(page);
  await page.getByTestId('keys').getByRole('radio', { name: en.off }).check();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('keys')).toHaveCount(0);
  await expect(page.getByTestId('open-search')).toHaveAttribute('title', en.search);
  await page.keyboard.press('Control+B');
  await page.keyboard.press('Control+Shift+M');
  await expect(page.getByTestId('conversations')).toBeVisible();
  await expect(page.getByTestId('models')).toHaveCount(0);
});

/** Holds the palette back until what it gives is called. */
async function holdPalette(page: Page): Promise<() => void> {
  let release = () => undefined as void;
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(/\/Palette-[^/]*\.js$/, async (route) => {
    await held;
    await route.continue();
  });
  return release;
}

test('what is typed before the palette is there is not lost', async ({ chat, page }) => {
  const release = await holdPalette(page);
  await chat.open();
  await chat.field.fill('mine');
  await page.keyboard.press('Control+K');
  await page.keyboard.type('typed early');
  await expect(page.getByTestId('palette')).toHaveCount(0);
  release();
  const search = page.getByTestId('search');
  await expect(search).toBeFocused();
  await page.keyboard.type(', and late');
  await expect(search).toHaveValue('typed early, and late');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('palette')).toHaveCount(0);
  await expect(chat.field).toBeFocused();
  await expect(chat.field).toHaveValue('mine');
});

test('nor what is being composed', async ({ chat, page }) => {
  const release = await holdPalette(page);
  await chat.open();
  await page.keyboard.press('Control+K');
  const session = await page.context().newCDPSession(page);
  await session.send('Input.imeSetComposition', { text: 'きょう', selectionStart: 3, selectionEnd: 3 });
  release();
  await page.waitForFunction(() => performance.getEntriesByType('resource').some(({ name }) => /\/Palette-[^/]*\.js$/.test(name)));
  await session.send('Input.imeSetComposition', { text: 'きょうと', selectionStart: 4, selectionEnd: 4 });
  await expect(page.getByTestId('palette')).toHaveCount(0);
  await session.send('Input.insertText', { text: '京都' });
  await expect(page.getByTestId('search')).toHaveValue('京都');
  await expect(page.getByTestId('search')).toBeFocused();
});

test('who thinks better of it before the palette is there is back where he was', async ({ chat, page }) => {
  const release = await holdPalette(page);
  await chat.open();
  await page.keyboard.press('Control+K');
  await page.keyboard.type('no');
  await page.keyboard.press('Escape');
  await expect(chat.field).toBeFocused();
  release();
  await page.keyboard.type('yes');
  await expect(chat.field).toHaveValue('yes');
  await expect(page.getByTestId('palette')).toHaveCount(0);
});
