// What a model thinks before it answers: one line that lives, and all of it for who opens it.

import { expect, test } from './fixtures';

const THOUGHT = Array.from({ length: 40 }, (_, at) => `Thought number ${at + 1} weighs what was asked.`).join(' ');
const SCENARIO = `schema = 1
[[rule]]
user = 'think'
stream = { tps = 120 }
[[rule.reply]]
reasoning = "${THOUGHT}"
signature = "c2ltdWxhdGVk"
[[rule.reply]]
text = "The answer is ready."
`;

test.use({ setting: { scenario: SCENARIO } });

test('while it lasts its last sentence and its seconds are seen, then it is folded', async ({ chat, page }) => {
  await chat.open();
  await chat.send('think about it');
  const line = chat.answer.getByTestId('reasoning').getByRole('button');
  await expect(line).toContainText('Thinking…');
  const seen = await line.textContent();
  await expect(line).not.toHaveText(seen ?? '');
  await expect(line).toContainText(/Thought number \d+/);
  await expect(line).toContainText(/Thinking… [1-9] s/);
  await expect(line).toHaveAttribute('aria-expanded', 'false');
  // By keyboard: it opens, keeps to its box, and follows its end.
  await line.press('Enter');
  const all = page.getByRole('region', { name: 'Reasoning' });
  await expect(all).toBeVisible();
  await expect.poll(() => all.evaluate((box) => box.scrollHeight > box.clientHeight && box.scrollTop + box.clientHeight >= box.scrollHeight - 40)).toBe(true);
  expect((await all.boundingBox())?.height).toBeLessThan(340);
  // The answer begins, and has the place.
  await expect(chat.text).toContainText('The answer');
  await expect(all).toBeHidden();
  await expect(line).toHaveAttribute('aria-expanded', 'false');
  await chat.ended();
  await expect(line).toHaveText(/^\s*Reasoning, \d+ s\s*$/);
  expect(await chat.copied()).toBe('The answer is ready.');
  await line.press('Space');
  await expect(all).toHaveText(THOUGHT);
  await page.reload();
  await expect(line).toHaveText('Reasoning');
  await expect(all).toBeHidden();
});

test('who reads it is not interrupted by the answer', async ({ chat, page }) => {
  await chat.open();
  await chat.send('think about it');
  await chat.answer.getByTestId('reasoning').getByRole('button').click();
  const all = page.getByRole('region', { name: 'Reasoning' });
  await all.focus();
  await chat.ended();
  await expect(all).toBeVisible();
  await expect(all).toBeFocused();
});
