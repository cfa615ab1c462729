import { ANCHOR, PREFILL, expect, test } from './fixtures';

test('an edited question makes a branch, and both can be read', async ({ chat, page }) => {
  await chat.open();
  await chat.send('/echo the first');
  await chat.ended();
  await chat.field.press('ArrowUp');
  const edited = page.getByRole('textbox', { name: 'Edit the message' });
  await edited.fill('/echo the second');
  await edited.press('Enter');
  await expect(chat.text).toContainText('the second');
  await chat.ended();
  await page.getByRole('button', { name: 'Previous branch' }).first().click();
  await expect(chat.text).toContainText('the first');
  await page.reload();
  await expect(chat.text).toContainText('the first');
  await page.getByRole('button', { name: 'Next branch' }).first().click();
  await expect(chat.text).toContainText('the second');
});

test('another answer stands beside the first', async ({ chat, page }) => {
  await chat.open();
  await chat.send('/echo once');
  await chat.ended();
  await chat.answer.getByTestId('regenerate').click();
  await expect(chat.answer.getByTestId('branches')).toContainText('2');
  await chat.ended();
  await expect(page.getByTestId('answer')).toHaveCount(1);
});

test('a part is written again from its seam', async ({ chat, page }) => {
  await chat.open();
  await chat.shape({ model: ANCHOR, max_tokens: 100 });
  await page.reload();
  await chat.send('/long 20');
  await chat.ended();
  await chat.answer.getByTestId('seam').first().click();
  await page.getByRole('button', { name: 'Retry from here' }).first().click();
  await expect(chat.answer.getByTestId('branches')).toContainText('2');
  await chat.ended();
  expect(await chat.copied()).toBe(await chat.uncut('/long 20'));
});

test('another model answers the next turn, without what it does not take', async ({ chat, page }) => {
  await chat.open();
  await chat.shape({ model: PREFILL, temperature: 0.5 });
  await page.reload();
  await chat.send('/echo one');
  await chat.ended();
  await page.getByTestId('model-picker').click();
  await page.getByRole('textbox', { name: 'Find a model' }).or(page.getByRole('combobox', { name: 'Find a model' })).fill('Sonnet 5.5');
  await page.keyboard.press('Enter');
  await chat.send('/echo two');
  await expect(chat.answers).toHaveCount(2);
  await chat.ended();
  const [, first, , second] = (await chat.thread()).messages;
  expect(second?.making?.model).not.toBe(first?.making?.model);
  await expect(chat.answer.getByTestId('answer-footer')).toContainText('does not use temperature');
});
