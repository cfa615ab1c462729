// What goes wrong is told in the message itself, in a person's words, with its way out.

import { ANCHOR, PACE, PREFILL, expect, test } from './fixtures';

test.describe('where an account may not use the model', () => {
  test.use({ setting: { scenario: `schema = 1\n${PACE}\n[[rule]]\nmodel = "opus"\nerror = "denied"\n` } });
  test('it says so, and another model answers', async ({ chat, page }) => {
    await chat.open();
    await chat.shape({ model: ANCHOR });
    await page.reload();
    await chat.send('/echo at last');
    const trouble = chat.answer.getByTestId('trouble');
    await expect(trouble).toHaveAttribute('data-code', 'denied');
    await expect(trouble).toHaveRole('alert');
    await expect(trouble).toContainText('may not use this model');
    // What Bedrock said about it is there for who wants to look it up.
    const said = trouble.getByText(/not authorized|access/i).last();
    await expect(said).toBeHidden();
    await trouble.getByText('What Bedrock said').click();
    await expect(said).toBeVisible();
    await expect(trouble.getByRole('button', { name: /Request id: [0-9a-f-]{36}/ })).toBeVisible();
    // Nothing was said that could be continued.
    await expect(trouble.getByRole('button', { name: 'Continue' })).toHaveCount(0);
    await trouble.getByRole('button', { name: 'Choose another model' }).click();
    await page.getByRole('textbox', { name: 'Find a model' }).fill('Sonnet 4.5');
    await page.keyboard.press('Enter');
    await trouble.getByRole('button', { name: 'Try again' }).click();
    await chat.ended();
    await expect(chat.text).toHaveText('at last');
  });
});

test('a limit that was reached says so, and can be raised', async ({ chat, page }) => {
  await chat.open();
  await chat.shape({ model: ANCHOR, max_tokens: 60, reach: { max_output_tokens: 200 } });
  await page.reload();
  await chat.send('/long 12');
  await chat.ended('incomplete');
  const bar = chat.answer.getByTestId('trouble');
  await expect(bar).toContainText('Stopped by your limit of output tokens.');
  await expect(chat.answer.getByTestId('answer-footer')).toContainText('Incomplete (reason: limit of output tokens)');
  const kept = await chat.copied();
  expect((await chat.uncut('/long 12')).startsWith(kept)).toBe(true);
  await bar.getByRole('button', { name: 'Raise the limit' }).click();
  const most = page.getByRole('spinbutton', { name: 'Maximum output tokens, all parts' });
  await most.fill('5000');
  await most.press('Escape');
  await bar.getByRole('button', { name: 'Continue' }).click();
  await chat.ended();
  await expect(bar).toBeHidden();
  expect(await chat.copied()).toBe(await chat.uncut('/long 12'));
});

test('stop in a continuation stops everything, and its way on is in sight', async ({ chat, page }) => {
  await chat.open();
  await chat.shape({ model: PREFILL, max_tokens: 200 });
  await page.reload();
  await chat.send('/long 200');
  await expect(page.getByTestId('status')).toContainText('part 2');
  await chat.begun(2_500);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await chat.ended('stopped');
  const said = (await chat.text.textContent())?.length ?? 0;
  expect((await chat.uncut('/long 200', PREFILL)).length).toBeGreaterThan(said);
  // Not below the composer, whose height changes in that moment.
  const button = await chat.answer.getByTestId('continue').boundingBox();
  const composer = await page.getByRole('form', { name: 'Message' }).boundingBox();
  expect(button && composer && button.y + button.height < composer.y).toBe(true);
  expect((await chat.thread()).messages.at(-1)?.making?.parts.length).toBeGreaterThan(1);
});

test('what comes after a seam is left out by wish', async ({ chat, page }) => {
  await chat.open();
  await chat.shape({ model: ANCHOR, max_tokens: 100 });
  await page.reload();
  await chat.send('/long 12');
  await chat.ended();
  const whole = await chat.copied();
  await chat.answer.getByTestId('seam').first().click();
  await page.getByRole('button', { name: 'Remove from here' }).first().click();
  await expect(chat.answer.getByTestId('branches')).toContainText('2');
  const kept = await chat.copied();
  expect(kept.length).toBeLessThan(whole.length);
  expect(whole.startsWith(kept)).toBe(true);
});

test('two clicks on send are one message', async ({ chat, page }) => {
  await chat.open();
  await chat.field.fill('/echo once');
  await page.getByTestId('send').dblclick();
  await chat.ended();
  await expect(page.getByTestId('question')).toHaveCount(1);
  expect((await chat.thread()).messages).toHaveLength(2);
});

test('a message to a server that is away waits, and is not lost by a reload', async ({ chat, server, page, watch }) => {
  watch.expected.push(/ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY|Failed to load resource|Unable to preload CSS/);
  await chat.open();
  await chat.send('/echo first');
  await chat.ended();
  await server.kill();
  await chat.send('/echo said into the void');
  await expect(page.getByTestId('waiting-for-network')).toBeVisible();
  await server.restart();
  await page.reload();
  await expect(chat.text).toHaveText('said into the void');
  await chat.ended();
  expect((await chat.thread()).messages).toHaveLength(4);
});

test('the checklist speaks the language of the page', async ({ chat, page }) => {
  await page.addInitScript(() => localStorage.setItem('tsuzuki.preferences', JSON.stringify({ language: 'ja' })));
  await chat.open();
  await page.getByRole('button', { name: 'シミュレーター', exact: true }).click();
  const list = page.getByTestId('checklist');
  await expect(list).toContainText('会話を読み込み、保存できます。');
  await expect(list).toContainText('AWSのリージョンが設定されていません。');
  await expect(list).not.toContainText(/[a-z]+ [a-z]+ [a-z]+/);
});
