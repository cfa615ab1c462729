// Keyboards, input methods, narrow screens, languages, themes.

import { expect, test } from './fixtures';

test('Enter that ends a composition does not send', async ({ chat, page }) => {
  await chat.open();
  await chat.field.focus();
  const session = await page.context().newCDPSession(page);
  const key = (type: 'rawKeyDown' | 'keyUp') =>
    session.send('Input.dispatchKeyEvent', { type, key: 'Process', code: 'Enter', windowsVirtualKeyCode: 229 });
  await session.send('Input.imeSetComposition', { text: 'にほん', selectionStart: 3, selectionEnd: 3 });
  await key('rawKeyDown');
  await session.send('Input.insertText', { text: '日本' });
  await key('keyUp');
  await expect(chat.field).toHaveValue('日本');
  await expect(page.getByTestId('question')).toHaveCount(0);
  // The next one sends, once the composition is over for good.
  await expect(async () => {
    await chat.field.press('Enter');
    await expect(page.getByTestId('question')).toHaveCount(1, { timeout: 500 });
  }).toPass();
});

test('with the keyboard alone', async ({ chat, page }) => {
  await chat.open();
  await expect(chat.field).toBeFocused();
  await page.keyboard.type('/echo typed');
  await page.keyboard.press('Enter');
  await chat.ended();
  await page.keyboard.press('ControlOrMeta+k');
  await expect(page.getByTestId('search')).toBeFocused();
  await page.keyboard.type('typed');
  await expect(page.getByTestId('palette').getByRole('option').first()).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('palette')).toBeHidden();
  // In the field it would be a question mark.
  await expect(chat.field).toBeFocused();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Shift+?');
  await expect(page.getByTestId('keys')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('keys')).toBeHidden();
  await page.keyboard.press('ControlOrMeta+Shift+O');
  await expect(page).toHaveURL(/\/$/);
  await expect(chat.field).toBeFocused();
});

test('what was said is found', async ({ chat, page }) => {
  await chat.open();
  await chat.send('/echo 京都の大学で計算機を学ぶ');
  await chat.ended();
  await page.getByTestId('open-search').click();
  await page.getByTestId('search').fill('大学');
  const hit = page.getByTestId('palette').getByRole('option').filter({ hasText: '大学' }).first();
  await expect(hit).toBeVisible();
  await hit.click();
  await expect(page).toHaveURL(/\/c\//);
  await expect(chat.text).toContainText('大学');
});

test('pinned, renamed, removed and brought back', async ({ chat, page }) => {
  await chat.open();
  await chat.send('/echo a conversation to keep');
  await chat.ended();
  const row = page.getByTestId('conversation').first();
  const menu = () => row.getByTestId('conversation-menu').click();
  await row.hover();
  await menu();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  const title = page.getByRole('textbox', { name: 'New title' });
  await title.fill('Kept');
  await title.press('Enter');
  await expect(row).toContainText('Kept');
  await row.hover();
  await menu();
  await page.getByRole('menuitem', { name: 'Pin', exact: true }).click();
  await expect(page.getByTestId('conversations')).toContainText('Pinned');
  await row.hover();
  await menu();
  await page.getByTestId('remove-conversation').click();
  await expect(page.getByTestId('conversation')).toHaveCount(0);
  await page.getByTestId('toast').getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByTestId('conversation')).toHaveCount(1);
});

test('settings of a chat are sent, and unset ones are not', async ({ chat, page }) => {
  await chat.open();
  await chat.send('/echo one');
  await chat.ended();
  await page.getByTestId('open-settings').click();
  await page.getByTestId('system').fill('You are a lighthouse.');
  await page.getByTestId('max-tokens').fill('64');
  await page.keyboard.press('Escape');
  await chat.send('/long 10');
  await expect(chat.answers).toHaveCount(2);
  await chat.ended();
  const last = (await chat.thread()).messages.at(-1);
  const { exchanges } = await (await page.request.get(`${chat.server.url}/api/v1/messages/${last?.id}/exchanges`)).json();
  expect(exchanges[0].request.system).toEqual([{ text: 'You are a lighthouse.' }]);
  expect(exchanges[0].request.inferenceConfig).toEqual({ maxTokens: 64 });
});

test('the details tell each part', async ({ chat, page }) => {
  await chat.open();
  await chat.shape({ max_tokens: 100 });
  await page.reload();
  await chat.send('/long 12');
  await chat.ended();
  await chat.answer.getByTestId('answer-menu').click();
  await page.getByTestId('details').click();
  const panel = page.getByTestId('details-panel');
  await expect(panel.getByTestId('parts')).toContainText('max_tokens');
  await expect(panel).toContainText(/[0-9a-f]{8}-[0-9a-f]{4}-/);
});

test('on a screen 390 pixels wide', async ({ chat, page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await chat.open();
  await chat.send('/table 6x8');
  await chat.ended();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBeLessThanOrEqual(390);
  await page.getByTestId('open-sidebar').click();
  await expect(page.getByTestId('new-chat')).toBeVisible();
  await page.getByTestId('conversation').first().getByRole('link').click();
  await expect(page.getByTestId('new-chat')).not.toBeInViewport();
});


test.describe('in Japanese', () => {
  test.use({ locale: 'ja-JP' });
  test('the page speaks Japanese', async ({ chat, page }) => {
    await chat.open();
    await expect(page.locator('html')).toHaveAttribute('lang', 'ja');
    await chat.shape({ max_tokens: 60 });
    await page.reload();
    await chat.send('10段落書いて');
    await chat.ended();
    await expect(chat.answer.getByTestId('answer-footer')).toContainText('パート');
    await chat.answer.getByTestId('seam').first().click();
    await expect(page.getByTestId('seam-evidence').first()).toContainText(/パート/);
  });
});

for (const scheme of ['light', 'dark'] as const) {
  test.describe(`with a ${scheme} system`, () => {
    test.use({ colorScheme: scheme });
    test('the page follows it', async ({ chat, page }) => {
      await chat.open();
      const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g)?.map(Number) ?? []);
      const bright = ground.slice(0, 3).reduce((sum, part) => sum + part, 0) / 3;
      expect(bright > 128).toBe(scheme === 'light');
    });
  });
}
