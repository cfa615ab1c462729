// Files come in by hand, by drop and by paste; conversations go out.

import { readFileSync } from 'node:fs';
import { ANCHOR, expect, test, type Chat } from './fixtures';

/** A picture of one pixel. */
const PICTURE = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Lets files fall onto the page, or into the field, as the browser would hand them over. */
const hand = (chat: Chat, how: 'drop' | 'paste', name: string, type: string, base64: string) =>
  chat.field.evaluate(
    (field, given) => {
      const transfer = new DataTransfer();
      const bytes = Uint8Array.from(atob(given.base64), (letter) => letter.charCodeAt(0));
      transfer.items.add(new File([bytes], given.name, { type: given.type }));
      const options = { bubbles: true, cancelable: true };
      if (given.how === 'paste') field.dispatchEvent(new ClipboardEvent('paste', { ...options, clipboardData: transfer }));
      else for (const kind of ['dragenter', 'dragover', 'drop']) document.body.dispatchEvent(new DragEvent(kind, { ...options, dataTransfer: transfer }));
    },
    { how, name, type, base64 },
  );

const sent = async (chat: Chat) => {
  const { messages } = await chat.thread();
  const { exchanges } = await (await chat.page.request.get(`${chat.server.url}/api/v1/messages/${messages.at(-1)?.id}/exchanges`)).json();
  return exchanges[0].request.messages[0].content as { document?: { name: string; format: string }; image?: { format: string }; text?: string }[];
};

test('attached files go with the message, under the names people gave them', async ({ chat, page }) => {
  await chat.open();
  await page.getByTestId('attach').setInputFiles({ name: '議事録 (案).txt', mimeType: 'text/plain', buffer: Buffer.from('会議は十時から') });
  await expect(page.getByTestId('chips')).toContainText('議事録 (案).txt');
  await chat.send('What does it say?');
  await chat.ended();
  await expect(page.getByTestId('question')).toContainText('議事録 (案).txt');
  const [first] = await sent(chat);
  expect(first?.document?.format).toBe('txt');
  expect(first?.document?.name).toMatch(/^[a-zA-Z0-9\-()[\] ]+$/);
});

for (const how of ['drop', 'paste'] as const) {
  test(`a picture comes in by ${how}, is seen and sent`, async ({ chat, page }) => {
    await chat.open();
    await hand(chat, how, 'dot.png', 'image/png', PICTURE);
    await expect(page.getByTestId('chips').locator('img')).toBeVisible();
    await chat.send('What is it?');
    await chat.ended();
    expect((await sent(chat))[0]?.image?.format).toBe('png');
    const picture = page.getByTestId('question').getByRole('img');
    await expect(picture).toBeVisible();
    expect(await picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1);
  });
}

test('a long paste becomes a file, a short one stays text', async ({ chat, page }) => {
  await chat.open();
  const paste = (text: string) =>
    chat.field.evaluate((field, pasted) => {
      const transfer = new DataTransfer();
      transfer.setData('text/plain', pasted);
      const event = new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData: transfer });
      return field.dispatchEvent(event);
    }, text);
  expect(await paste('short')).toBe(true);
  await expect(page.getByTestId('chips').getByRole('listitem')).toHaveCount(0);
  expect(await paste('a long text '.repeat(1_000))).toBe(false);
  await expect(page.getByTestId('chips')).toContainText('Pasted text.txt');
  await expect(chat.field).toHaveValue('');
  await expect(page.getByTestId('chips')).toContainText('12 kB');
  await page.reload();
  await expect(page.getByTestId('chips')).toContainText('Pasted text.txt');
});

test('a file no model reads is not taken, and it says why', async ({ chat, page }) => {
  await chat.open();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.getByTestId('attach').setInputFiles({ name: 'huge.txt', mimeType: 'text/plain', buffer: Buffer.alloc(6_000_000, 'a') });
  await expect(page.getByText(/Too large: at most/)).toBeVisible();
  await page.getByTestId('attach').setInputFiles({ name: 'song.mp3', mimeType: 'audio/mpeg', buffer: Buffer.from([0x49, 0x44, 0x33, 4, 0]) });
  await expect(page.getByText(/cannot be attached/)).toBeVisible();
  // Both are known before anything is uploaded.
  expect(asked.filter((url) => url.includes('/attachments'))).toEqual([]);
});

test('a conversation is exported, with and without its seams, and imported', async ({ chat, page }) => {
  await chat.open();
  await chat.shape({ model: ANCHOR, max_tokens: 60 });
  await page.reload();
  await chat.send('/long 8');
  await chat.ended();
  const whole = await chat.uncut('/long 8');
  const saved = async (item: string) => {
    const row = page.getByTestId('conversation').first();
    await row.hover();
    await row.getByTestId('conversation-menu').click();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: item, exact: true }).click()]);
    return { name: download.suggestedFilename(), path: await download.path() };
  };
  const plain = await saved('Export as Markdown');
  expect(plain.name).toMatch(/\.md$/);
  expect(readFileSync(plain.path, 'utf8')).toContain(whole);
  const marked = readFileSync((await saved('Export as Markdown with seams as comments')).path, 'utf8');
  expect(marked).toContain('<!--');
  expect(marked).not.toContain(whole);
  const all = await saved('Export as JSON');
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByTestId('page-menu').click().then(() => page.getByRole('menuitem', { name: 'Import…' }).click()),
  ]);
  await chooser.setFiles(all.path);
  await expect(page.getByTestId('toast')).toContainText('Imported 1 conversation with 2 messages');
  await expect(page.getByTestId('conversation')).toHaveCount(2);
});

test('paper holds the conversation and nothing of the page around it', async ({ chat, page }) => {
  await chat.open();
  await chat.send('/long 30');
  await chat.ended();
  await page.emulateMedia({ media: 'print', colorScheme: 'light' });
  for (const around of ['message', 'conversations', 'open-settings', 'copy-answer']) await expect(page.getByTestId(around)).toBeHidden();
  await expect(page.getByTestId('question')).toBeVisible();
  // All of it: nothing scrolls in a box of its own.
  const [shown, written] = await page.evaluate(() => {
    const text = document.querySelector('[data-testid="answer-text"]');
    return [document.documentElement.scrollHeight, text?.getBoundingClientRect().height ?? Infinity];
  });
  expect(shown).toBeGreaterThan(written ?? Infinity);
  expect(written).toBeGreaterThan(900);
});
