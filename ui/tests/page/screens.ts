// Every screen of the page, one after the other.

import { ANCHOR, expect, type Chat } from './fixtures';

/** Opens each screen and lets it be looked at. */
export async function everyScreen({ chat }: { chat: Chat }, look: (name: string) => Promise<void>): Promise<void> {
  const { page } = chat;
  const inMenu = (number: number) => page.getByRole('menuitem').nth(number).click();
  const conversations = async () => {
    if (!(await page.getByTestId('new-chat').isVisible())) await page.getByTestId('open-sidebar').click();
  };
  const dialog = async (name: string, open: () => Promise<void>, there: string) => {
    await open();
    await expect(page.getByTestId(there)).toBeVisible();
    // What is placed by its size is so a frame later.
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    await look(name);
    await page.keyboard.press('Escape');
    await expect(page.getByTestId(there)).toBeHidden();
  };

  await chat.open();
  await expect(page.getByTestId('example').first()).toBeVisible();
  await look('the first page');
  await page.getByTestId('connect').click();
  await expect(page.getByTestId('checklist')).toBeVisible();
  await look('the checklist of the first page');
  await chat.shape({ model: ANCHOR, max_tokens: 60, temperature: 0.5 });
  await page.reload();
  await chat.field.fill('/long 8');
  await page.getByTestId('send').click();
  await chat.ended();
  await look('a conversation');
  await dialog('a seam', () => chat.answer.getByTestId('seam').first().click(), 'seam-evidence');
  await dialog('the menu of an answer', () => chat.answer.getByTestId('answer-menu').click(), 'details');
  await chat.answer.getByTestId('answer-menu').click();
  await dialog('details', () => page.getByTestId('details').click(), 'details-panel');
  await dialog('what it cost', () => page.getByTestId('meter').click(), 'meter-panel');
  await dialog('what can be shared', () => page.getByTestId('open-share').click(), 'share-print');
  await dialog('the models', () => page.getByTestId('model-picker').click(), 'models');
  await dialog('settings of the chat', () => page.getByTestId('open-settings').click(), 'system');
  await chat.field.fill('/');
  await expect(page.getByTestId('triggers')).toBeVisible();
  await look('what a slash offers');
  await chat.field.fill('@');
  await page.getByTestId('triggers').getByRole('option').nth(1).click();
  await expect(page.getByTestId('turn-model')).toBeVisible();
  await look('a model for one message');
  await chat.field.fill('A text to keep');
  await page.keyboard.press('ControlOrMeta+Home');
  await page.keyboard.type('/save');
  await expect(page.getByTestId('triggers').getByRole('option', { selected: true })).toContainText('/save');
  await dialog('a prompt to keep', () => page.keyboard.press('Enter'), 'prompt-form');
  await page.getByTestId('turn-model').getByRole('button').click();
  await chat.field.fill('');
  await conversations();
  await dialog('the menu of a conversation', async () => {
    await page.getByTestId('conversation').first().hover();
    await page.getByTestId('conversation-menu').first().click();
  }, 'remove-conversation');
  for (const [number, there] of ['preferences', 'usage', 'connection', 'keys'].entries()) {
    await conversations();
    await page.getByTestId('page-menu').click();
    await dialog(there, () => inMenu(number), there);
  }
  await conversations();
  await dialog('the palette', async () => {
    await page.getByTestId('open-search').click();
    await page.getByTestId('search').fill('long');
    await expect(page.getByTestId('palette').locator('mark').first()).toBeVisible();
  }, 'palette');

  await page.reload();
  await chat.shape({ model: ANCHOR, max_tokens: 60, reach: { max_output_tokens: 200 } });
  await page.goto(chat.server.url);
  await chat.field.fill('/long 12');
  await page.getByTestId('send').click();
  await chat.ended('incomplete');
  await look('an answer that stopped short');
  await chat.field.fill('');
  await chat.field.press('ArrowUp');
  await look('an edit');
  await chat.shape({});
  await page.goto(chat.server.url);
  await chat.field.fill('/long 200');
  await page.getByTestId('send').click();
  await chat.begun(300);
  await chat.field.fill('/echo a long question that waits for its turn, and is so long that it fits into no line of a phone');
  await page.getByTestId('send').click();
  await expect(page.getByTestId('queue')).toBeVisible();
  await look('an answer that grows');
}
