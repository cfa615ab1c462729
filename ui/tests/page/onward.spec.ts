// A chat that fills its model's window goes on in a new one, with a summary that can be read and edited.

import { expect, test } from './fixtures';

/** A window of 4,096 tokens. */
const SMALL = 'meta.llama2-13b-chat-v1';

test('a full context window: summarise and continue', async ({ chat, page }) => {
  await chat.open();
  await chat.shape({ model: SMALL, max_tokens: 400 });
  await page.reload();
  await chat.send('/echo The river is long.');
  await chat.ended();
  await chat.send('/long 200');
  await chat.ended('incomplete');
  const trouble = chat.answer.getByTestId('trouble');
  await expect(trouble).toHaveAttribute('data-code', 'context_full');
  const old = new URL(page.url()).pathname;
  await trouble.getByRole('button', { name: 'Summarise and continue' }).click();
  await expect(page).not.toHaveURL(new RegExp(old));
  const summary = page.getByTestId('summary');
  await summary.getByText('Summary of the conversation so far').click();
  await expect(summary).toContainText('- /echo The river is long.');
  await expect(page.getByTestId('question')).toContainText('/long 200');
  // The question alone is as long as before: this time it is ended by hand.
  await chat.begun(50);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await chat.ended('stopped');

  // The summary is edited with the question.
  await page.getByTestId('question').hover();
  await page.getByRole('button', { name: 'Edit the message' }).click();
  await page.getByTestId('edit-summary').fill('The river is short.');
  await page.getByRole('textbox', { name: 'Edit the message' }).fill('/echo edited');
  await page.getByRole('button', { name: 'Send again' }).click();
  await expect(chat.text).toHaveText('edited');
  await expect(page.getByTestId('question')).toContainText('2/2');
  await summary.getByText('Summary of the conversation so far').click();
  await expect(summary).toContainText('The river is short.');

  // And back to where it came from.
  await page.getByTestId('summary-from').click();
  await expect(page).toHaveURL(new RegExp(`${old}#m-`));
  await expect(page.getByTestId('question').first()).toContainText('The river is long.');
});

test('any chat goes on in a new one, from the palette and in Japanese', async ({ chat, page }) => {
  await page.addInitScript(() => localStorage.setItem('tsuzuki.preferences', JSON.stringify({ language: 'ja' })));
  await chat.open();
  await chat.shape({});
  await chat.send('/echo 川は長い。');
  await chat.ended();
  await page.keyboard.press('Control+k');
  await page.getByTestId('search').fill('要約');
  await page.getByRole('option', { name: '要約して続ける' }).click();
  const summary = page.getByTestId('summary');
  await summary.getByText('これまでの会話の要約').click();
  await expect(summary).toContainText('川は長い。');
  await expect(page.getByTestId('question')).toContainText('ここから続けましょう。');
  await chat.ended();
  await expect(chat.text).toContainText('シミュレーター');
});
