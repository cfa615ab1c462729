// What stands beside code, tables and answers: copy, save, wrap, figures.

import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { ANCHOR, PREFILL, expect, test } from './fixtures';

const pasted = (page: Page) => page.evaluate(() => navigator.clipboard.readText());
const saved = async (page: Page, button: Locator) => {
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') };
};

test('code is copied, saved under its language, and wrapped', async ({ chat, page }) => {
  await chat.open();
  const code = `def long():\n    return "${'a line that goes on and on, '.repeat(20)}"\n\tdone = '日本語'`;
  await chat.send(`/echo Here:\n\n\`\`\`python\n${code}\n\`\`\`\n\nThat was it.`);
  await chat.ended();
  const block = chat.text.locator('.code');
  const copy = block.getByRole('button', { name: 'Copy' });
  await copy.click();
  await expect(block.getByRole('button', { name: 'Copied' })).toBeVisible();
  expect(await pasted(page)).toBe(code);
  // It says so for a moment, and is itself again.
  await expect(copy).toBeVisible();
  expect(await saved(page, block.getByRole('button', { name: 'Download' }))).toEqual({ name: 'code.py', text: code });
  const wide = () => block.locator('pre').evaluate((box) => box.scrollWidth > box.clientWidth);
  expect(await wide()).toBe(true);
  const wrap = block.getByRole('button', { name: 'Wrap lines' });
  await expect(wrap).toHaveAttribute('aria-pressed', 'false');
  await wrap.press('Enter');
  await expect(wrap).toHaveAttribute('aria-pressed', 'true');
  expect(await wide()).toBe(false);
  await wrap.press('Enter');
  expect(await wide()).toBe(true);
  // By key, from the field.
  await page.evaluate(() => navigator.clipboard.writeText(''));
  await chat.field.press('ControlOrMeta+Shift+;');
  await expect.poll(() => pasted(page)).toBe(code);
});

test('a table goes into a spreadsheet, by the clipboard and as a file', async ({ chat, page }) => {
  await chat.open();
  await chat.send('/echo | Name | 説明 |\n|---|---|\n| **one** | a, "b" |\n| 二 | x \\| y |');
  await chat.ended();
  const table = chat.text.locator('.table');
  await table.getByRole('button', { name: 'Copy table' }).click();
  await expect.poll(() => pasted(page)).toBe('Name\t説明\none\ta, "b"\n二\tx | y');
  const file = await saved(page, table.getByRole('button', { name: 'CSV' }));
  expect(file.name).toBe('table.csv');
  // With the mark by which spreadsheets know UTF-8.
  expect(file.text).toBe('\ufeffName,説明\r\none,"a, ""b"""\r\n二,x | y\r\n');
});

test('the meter tells what the server counted', async ({ chat, page }) => {
  await chat.open();
  await chat.shape({ model: PREFILL, max_tokens: 60 });
  await page.reload();
  await chat.send('/long 8');
  await chat.ended();
  await chat.send('/echo and again');
  await expect(chat.text).toHaveText('and again');
  await chat.ended();
  const api = `${chat.server.url}/api/v1`;
  const { conversation, messages } = await (await page.request.get(`${api}/conversations/${new URL(page.url()).pathname.split('/').pop()}`)).json();
  const spent = messages.at(-1).making.spent;
  await page.getByTestId('meter').click();
  const panel = page.getByTestId('meter-panel');
  const row = (name: string) => panel.getByRole('row', { name }).getByRole('cell');
  const whole = (value: number) => value.toLocaleString('en');
  await expect(row('Input')).toHaveText([whole(spent.input), whole(conversation.spent.input)]);
  await expect(row('Output')).toHaveText([whole(spent.output), whole(conversation.spent.output)]);
  expect(conversation.spent.cost).toBeGreaterThan(spent.cost);
  expect(conversation.spent.continuing).toBeGreaterThan(0);
  const money = async (cell: Locator) => Number((await cell.innerText()).replace('$', ''));
  expect(await money(row('Cost').first())).toBeCloseTo(spent.cost, 3);
  expect(await money(row('Cost').last())).toBeCloseTo(conversation.spent.cost, 3);
  const part = messages.at(-1).making.parts.at(-1);
  const used = part.input + part.cache_read + part.cache_write + part.output;
  const context = panel.getByRole('progressbar', { name: 'Context in use' });
  expect(await context.evaluate((bar: HTMLProgressElement) => bar.value)).toBeCloseTo(used / 200_000, 4);
  await expect(panel.getByTestId('spent-today')).toContainText('$');
  // The operator's limit stands where the chat has none.
  const limit = panel.getByRole('progressbar', { name: 'Cost limit of an answer' });
  expect(await limit.evaluate((bar: HTMLProgressElement) => bar.max)).toBe(2);
});

test('an answer ends at its cost limit, and the meter shows that it is used up', async ({ chat, page }) => {
  await chat.open();
  await chat.shape({ model: ANCHOR, max_tokens: 100, reach: { max_cost: 0.01 } });
  await page.reload();
  await chat.send('/long 100');
  await chat.ended('incomplete');
  const bar = chat.answer.getByTestId('trouble');
  await expect(bar).toContainText('Stopped by your cost limit');
  await expect(bar).toContainText('$0.01');
  await page.getByTestId('meter').click();
  const limit = page.getByRole('progressbar', { name: 'Cost limit of an answer' });
  expect(await limit.evaluate((bar: HTMLProgressElement) => [bar.max, bar.value > 0.005])).toEqual([0.01, true]);
});

test('an answer ends at its limit of parts', async ({ chat, page }) => {
  await chat.open();
  await chat.shape({ model: ANCHOR, max_tokens: 60, reach: { max_parts: 2 } });
  await page.reload();
  await chat.send('/long 30');
  await chat.ended('incomplete');
  await expect(chat.answer.getByTestId('trouble')).toContainText('Stopped by your limit of parts');
  expect((await chat.thread()).messages.at(-1)?.making?.parts.length).toBe(2);
});
