// What `/`, `@` and `#` offer in the message field: by keyboard, by hand, with an input method, on a phone.

import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { ANCHOR, PREFILL, expect, test, type Chat } from './fixtures';

const list = (page: Page): Locator => page.getByTestId('triggers');
const chosen = (page: Page): Locator => list(page).getByRole('option', { selected: true });

/** What the last question was asked with. */
async function asked(chat: Chat) {
  const answer = (await chat.thread()).messages.at(-1);
  const { exchanges } = await (await chat.page.request.get(`${chat.server.url}/api/v1/messages/${answer?.id}/exchanges`)).json();
  return { model: answer?.making?.model, content: exchanges[0].request.messages.at(-1).content as { text?: string; document?: { name: string } }[] };
}

/** Types a text as an input method does, up to its composition's end. */
async function compose(page: Page) {
  const session = await page.context().newCDPSession(page);
  return {
    begin: (text: string) => session.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length }),
    key: (code: string) => session.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key: 'Process', code, windowsVirtualKeyCode: 229 }),
    end: (text: string) => session.send('Input.insertText', { text }),
  };
}

/** Keeps a prompt as a visitor does: from what stands in the field. */
async function keepPrompt(chat: Chat, name: string, text: string): Promise<void> {
  const { page } = chat;
  await chat.field.fill(text);
  await chat.field.press('Home');
  await chat.field.press('ControlOrMeta+Home');
  await page.keyboard.type('/save');
  await expect(chosen(page)).toContainText('Save this text as a prompt');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('prompt-form').getByRole('textbox', { name: 'Text' })).toHaveValue(text);
  await page.getByTestId('prompt-form').getByRole('textbox', { name: 'Name' }).fill(name);
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('prompts-list')).toContainText(name);
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('prompts')).toBeHidden();
  await expect(chat.field).toHaveValue(text);
}

test('a slash offers commands, found by their words, chosen by keys', async ({ chat, page }) => {
  await chat.open();
  await page.keyboard.type('/');
  await expect(list(page).getByRole('option')).not.toHaveCount(0);
  const field = page.getByRole('combobox', { name: 'Message', expanded: true });
  await expect(field).toHaveAttribute('aria-controls', (await list(page).getAttribute('id')) ?? '');
  await expect(chosen(page)).toHaveCount(1);
  await expect(field).toHaveAttribute('aria-activedescendant', (await chosen(page).getAttribute('id')) ?? '');
  const first = await chosen(page).textContent();
  await page.keyboard.press('ArrowDown');
  await expect(chosen(page)).not.toHaveText(first ?? '');
  await expect(field).toHaveAttribute('aria-activedescendant', (await chosen(page).getAttribute('id')) ?? '');
  await page.keyboard.press('ArrowUp');
  await expect(chosen(page)).toHaveText(first ?? '');
  await page.keyboard.type('usa');
  await expect(chosen(page)).toContainText('/usage');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('usage')).toBeVisible();
  await expect(chat.field).toHaveValue('');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('textbox', { name: 'Message' })).not.toHaveAttribute('aria-activedescendant');
});

test('Escape closes the list and leaves the text, which can be sent', async ({ chat, page }) => {
  await chat.open();
  await page.keyboard.type('/usage');
  await expect(list(page)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(list(page)).toBeHidden();
  await expect(chat.field).toHaveValue('/usage');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('question')).toContainText('/usage');
});

test('what fits nothing is text; the simulator’s commands are offered, and sent as they are', async ({ chat, page }) => {
  await chat.open();
  await page.keyboard.type('/lo');
  await expect(chosen(page)).toContainText('/long 500');
  await page.keyboard.press('Tab');
  await expect(chat.field).toHaveValue('/long 500');
  // The number is selected, to be written over.
  await page.keyboard.type('3');
  await expect(list(page)).toBeHidden();
  await page.keyboard.press('Enter');
  await chat.ended();
  expect(await chat.copied()).toBe(await chat.uncut('/long 3'));
  await chat.field.focus();
  await page.keyboard.type('/break');
  await expect(list(page)).toContainText('/break /long 60');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('question').last()).toHaveText(/\/break/);
  await chat.ended();
});

test('a prompt is kept, used with its blanks, renamed, removed and brought back', async ({ chat, page }) => {
  await chat.open();
  await keepPrompt(chat, 'Explain', '/echo {{topic}} for {{readers}}, please');
  await page.reload();
  await expect(chat.field).toBeFocused();
  await chat.field.fill('');
  await page.keyboard.type('/expl');
  await expect(chosen(page)).toContainText('Explain');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('next-blank')).toBeVisible();
  await page.keyboard.type('frogs');
  await page.keyboard.press('Tab');
  await page.keyboard.type('children');
  await expect(chat.field).toHaveValue('/echo frogs for children, please');
  await expect(page.getByTestId('next-blank')).toBeHidden();
  await page.keyboard.press('ControlOrMeta+z');
  await expect(chat.field).not.toHaveValue('/echo frogs for children, please');
  await page.keyboard.press('ControlOrMeta+Shift+z');
  await page.keyboard.press('Enter');
  await chat.ended();
  await expect(chat.text).toHaveText('frogs for children, please');

  await page.keyboard.press('ControlOrMeta+k');
  await page.getByTestId('search').fill('saved prompts');
  await page.getByTestId('palette').getByRole('option', { name: 'Saved prompts' }).click();
  const sheet = page.getByTestId('prompts');
  await sheet.getByRole('button', { name: 'Edit: Explain' }).click();
  await sheet.getByRole('textbox', { name: 'Name' }).fill('Teach');
  await page.keyboard.press('Enter');
  await expect(sheet.getByTestId('prompts-list')).toContainText('Teach');
  await sheet.getByRole('button', { name: 'Remove: Teach' }).click();
  await expect(sheet.getByTestId('prompts-list').getByRole('button')).toHaveCount(0);
  await sheet.getByRole('button', { name: 'Undo' }).click();
  await sheet.getByTestId('prompts-list').getByRole('button', { name: /^Teach/ }).click();
  await expect(sheet).toBeHidden();
  await expect(chat.field).toHaveValue('/echo {{topic}} for {{readers}}, please');
  await expect(chat.field).toBeFocused();
});

test('Tab leaves the field behind the last blank', async ({ chat, page }) => {
  await chat.open();
  await keepPrompt(chat, 'One', 'About {{topic}}');
  await chat.field.fill('');
  await page.keyboard.type('/one');
  await expect(chosen(page)).toContainText('One');
  await page.keyboard.press('Enter');
  const selected = () => chat.field.evaluate((field: HTMLTextAreaElement) => field.value.slice(field.selectionStart, field.selectionEnd));
  expect(await selected()).toBe('{{topic}}');
  await page.keyboard.press('Tab');
  await expect(chat.field).not.toBeFocused();
});

test('the palette keeps what stands in the field as a prompt', async ({ chat, page }) => {
  await chat.open();
  await expect(page.getByTestId('example').first()).toBeVisible();
  await chat.field.fill('Summarise this in three lines');
  await page.keyboard.press('ControlOrMeta+k');
  await page.getByTestId('search').fill('save');
  await page.getByTestId('palette').getByRole('option', { name: /Save this text/ }).click();
  await expect(page.getByTestId('prompt-form').getByRole('textbox', { name: 'Name' })).toHaveValue('Summarise this in three lines');
});

test('an at sign chooses the model of one message', async ({ chat, page }) => {
  await chat.open();
  await chat.shape({ model: ANCHOR });
  await page.reload();
  await expect(chat.field).toBeFocused();
  await page.keyboard.type('/echo one @sonnet4.5');
  await expect(chosen(page)).toContainText('Sonnet 4.5');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('turn-model')).toContainText('Sonnet 4.5');
  await expect(chat.field).toHaveValue('/echo one ');
  await expect.poll(() => page.evaluate(() => localStorage.getItem('tsuzuki.draft.new'))).toContain('sonnet-4-5');
  await page.reload();
  await expect(page.getByTestId('turn-model')).toContainText('Sonnet 4.5');
  await expect(chat.field).toHaveValue('/echo one ');
  await chat.field.press('Enter');
  await chat.ended();
  expect((await asked(chat)).model).toContain('claude-sonnet-4-5');
  await expect(page.getByTestId('turn-model')).toBeHidden();
  await chat.send('/echo two');
  await expect(chat.answers).toHaveCount(2);
  await chat.ended();
  expect((await asked(chat)).model).toBe(ANCHOR);
  // Taken back before it is sent.
  await page.keyboard.type('/echo three @sonnet4.5');
  await expect(list(page)).toBeVisible();
  await chosen(page).click();
  await page.getByTestId('turn-model').getByRole('button').click();
  await expect(chat.field).toBeFocused();
  await chat.field.press('Enter');
  await expect(chat.answers).toHaveCount(3);
  await chat.ended();
  expect((await asked(chat)).model).toBe(ANCHOR);
});

test('a message that waits keeps the model it was given', async ({ chat, page }) => {
  await chat.open();
  await chat.shape({ model: ANCHOR });
  await page.reload();
  await chat.send('/long 40');
  await chat.begun(100);
  await page.keyboard.type('/echo next @sonnet4.5');
  await expect(list(page)).toBeVisible();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('queue')).toContainText('Sonnet 4.5');
  await expect(chat.answers).toHaveCount(2, { timeout: 40_000 });
  await chat.ended();
  expect((await asked(chat)).model).toContain('claude-sonnet-4-5');
});

test('addresses, headings and hashes are no signs', async ({ chat, page }) => {
  await chat.open();
  // Loads the list, so that what follows would be offered.
  await page.keyboard.type('@');
  await expect(list(page)).toBeVisible();
  for (const text of ['me@claude', 'C#', '## ', 'see a/b', ' /new']) {
    await chat.field.fill('');
    await page.keyboard.type(text);
    await expect(list(page), text).toBeHidden();
  }
});

test('a number sign attaches a file again', async ({ chat, page }) => {
  await chat.open();
  await page.keyboard.type('#');
  await expect(list(page)).toBeHidden();
  await chat.field.fill('');
  await page.getByTestId('attach').setInputFiles([
    { name: '議事録.txt', mimeType: 'text/plain', buffer: Buffer.from('会議は十時から') },
    { name: 'plan.md', mimeType: 'text/markdown', buffer: Buffer.from('# Plan') },
  ]);
  await expect(page.getByTestId('chips').getByRole('listitem')).toHaveCount(2);
  await expect(page.getByTestId('chips')).not.toContainText('Uploading');
  await chat.send('Read them');
  await chat.ended();
  await page.keyboard.type('Again, #議事');
  await expect(list(page).getByRole('option')).toHaveCount(1);
  await page.keyboard.press('Tab');
  await expect(chat.field).toHaveValue('Again, ');
  await expect(page.getByTestId('chips')).toContainText('議事録.txt');
  // It is not offered twice, and taking it off does not remove the file that was sent.
  await page.keyboard.type('#');
  await expect(list(page).getByRole('option')).toHaveCount(1);
  await expect(list(page)).toContainText('plan.md');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Backspace');
  await page.getByTestId('chips').getByRole('button').click();
  await expect(page.getByTestId('chips')).toBeHidden();
  await chat.field.focus();
  await page.keyboard.type('#議事');
  await expect(list(page)).toBeVisible();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('question')).toHaveCount(2);
  await chat.ended();
  expect((await asked(chat)).content.filter((block) => block.document)).toHaveLength(1);
  // Another conversation that is begun now can have it, too.
  await page.getByTestId('new-chat').click();
  await chat.field.focus();
  await page.keyboard.type('#plan');
  await expect(list(page)).toContainText('Files of other chats');
});

test('nothing is offered while an input method composes', async ({ chat, page }) => {
  await chat.open();
  await keepPrompt(chat, '要約', '三行でまとめて');
  await chat.field.fill('');
  await page.keyboard.type('/');
  await expect(list(page)).toBeVisible();
  const method = await compose(page);
  await method.begin('ようやく');
  await expect(list(page)).toBeHidden();
  // The keys of the input method choose nothing.
  await method.key('ArrowDown');
  await method.key('Enter');
  await expect(chat.field).toHaveValue('/ようやく');
  await method.end('要約');
  await expect(list(page).getByRole('option')).toHaveCount(1);
  await expect(chosen(page)).toContainText('要約');
  await page.keyboard.press('Tab');
  await expect(chat.field).toHaveValue('三行でまとめて');
  await expect(page.getByTestId('question')).toHaveCount(0);
  // As Japanese keyboards write the sign.
  await chat.field.fill('');
  await method.begin('＠');
  await expect(list(page)).toBeHidden();
  await method.end('＠');
  await expect(list(page)).toBeVisible();
});

test.describe('on a phone, in Japanese', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, locale: 'ja-JP', contextOptions: { reducedMotion: 'reduce' } });
  test('the list stands above the field, and is used by hand', async ({ chat, page }) => {
    await chat.open();
    await chat.field.tap();
    await page.keyboard.type('/');
    await expect(list(page)).toBeVisible();
    const inside = async () => {
      const [box, field] = await Promise.all([list(page).boundingBox(), chat.field.boundingBox()]);
      expect(box?.x).toBeGreaterThanOrEqual(0);
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(390);
      expect(box?.y).toBeGreaterThanOrEqual(52);
      expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(field?.y ?? 0);
    };
    await inside();
    for (const option of await list(page).getByRole('option').all()) expect((await option.boundingBox())?.height).toBeGreaterThanOrEqual(44);
    const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
    await page.keyboard.type('設定');
    await list(page).getByRole('option', { name: 'このチャットの設定' }).tap();
    await expect(page.getByTestId('settings')).toBeVisible();
    await page.getByTestId('settings').getByRole('button', { name: '閉じる' }).tap();
    await chat.field.tap();
    await page.keyboard.type('設計書を書いて@');
    await expect(list(page)).toBeVisible();
    await inside();
    await page.keyboard.type('sonnet4.5');
    await list(page).getByRole('option').first().tap();
    await expect(page.getByTestId('turn-model')).toContainText('Sonnet 4.5');
    await expect(chat.field).toBeFocused();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });
});

test('favourites stand first, are offered first, and are there after a reload', async ({ chat, page }) => {
  await chat.open();
  await page.getByTestId('model-picker').click();
  const models = page.getByTestId('models');
  const star = models.getByRole('button', { name: /^Favourite: .*Sonnet 4\.5/ });
  await expect(star).toHaveAttribute('aria-pressed', 'false');
  await star.focus();
  await page.keyboard.press('Enter');
  await expect(star).toHaveAttribute('aria-pressed', 'true');
  await expect(star).toBeFocused();
  const favourites = models.getByRole('list', { name: 'Favourites' });
  await expect(favourites.getByRole('listitem')).toHaveCount(1);
  await expect(models.getByRole('list').first()).toHaveAccessibleName('Favourites');
  await page.reload();
  await page.getByTestId('model-picker').click();
  await expect(favourites.getByRole('listitem')).toContainText('Sonnet 4.5');
  // The rows are walked by arrows, as before.
  await page.keyboard.press('ArrowDown');
  await expect(favourites.getByRole('button', { name: /Sonnet 4\.5/ }).first()).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('model-picker')).toContainText('Sonnet 4.5');
  await chat.field.focus();
  await page.keyboard.type('@');
  await expect(chosen(page)).toContainText('Sonnet 4.5');
  await expect(list(page).getByRole('group').first()).toHaveAccessibleName('Favourites');
  await page.getByTestId('model-picker').click();
  await star.click();
  await expect(favourites).toHaveCount(0);
});

test('another answer: by another model, and longer where a limit made it short', async ({ chat, page }) => {
  await chat.open();
  await chat.shape({ model: PREFILL, max_tokens: 60, reach: { mode: 'cap' } });
  await page.reload();
  await chat.send('/long 8');
  await chat.ended('incomplete');
  const short = await chat.copied();
  const whole = await chat.uncut('/long 8', PREFILL);
  expect(whole.length).toBeGreaterThan(short.length);
  await chat.answer.getByTestId('answer-menu').click();
  await page.getByTestId('regenerate-longer').click();
  await expect(chat.answer).toHaveAttribute('data-state', 'running');
  await chat.ended();
  expect(await chat.copied()).toBe(whole);
  await chat.shape({ model: PREFILL });
  await page.reload();
  await chat.answer.getByTestId('answer-menu').click();
  await page.getByRole('menuitem', { name: 'Another answer with…' }).click();
  await page.getByTestId('models').getByRole('button', { name: /^Claude Opus 4\.6/ }).click();
  await expect.poll(async () => (await chat.thread()).messages.at(-1)?.making?.model).toContain('claude-opus-4-6');
  await chat.ended();
  await chat.answer.getByTestId('answer-menu').click();
  await expect(page.getByTestId('details')).toBeVisible();
  await expect(page.getByTestId('regenerate-longer')).toHaveCount(0);
});
