import { ANCHOR, PREFILL, expect, test } from './fixtures';

test('from the first question to the finished answer', async ({ chat, page }) => {
  await chat.open();
  await expect(page.getByTestId('simulator-notice')).toBeVisible();
  await chat.send('What is 12 * (3 + 4)?');
  await chat.ended();
  await expect(chat.text).toContainText('84');
  await expect(page).toHaveURL(/\/c\/[0-9a-f-]{36}$/);
  await expect(page.getByTestId('conversation')).toHaveCount(1);
  await expect(chat.answer.getByTestId('answer-footer')).toContainText('1 part');
});

for (const [name, model] of [
  ['prefill', PREFILL],
  ['anchor', ANCHOR],
] as const) {
  test(`an answer in many parts is copied exactly (${name})`, async ({ chat, page }) => {
    await chat.open();
    await chat.shape({ model, max_tokens: 60 });
    await page.reload();
    const question = '/long 40';
    await chat.send(question);
    await chat.ended();
    const { messages } = await chat.thread();
    expect(messages.at(-1)?.making?.parts.length).toBeGreaterThan(2);
    expect(await chat.copied()).toBe(await chat.uncut(question, model));
    await expect(chat.answer.getByTestId('answer-footer')).toContainText('continued');
  });
}

test('seams are shown beside the text and never in it', async ({ chat, page }) => {
  await chat.open();
  await chat.shape({ model: ANCHOR, max_tokens: 80 });
  await page.reload();
  await chat.send('/long 30');
  await chat.ended();
  const seam = chat.answer.getByTestId('seam').first();
  await expect(seam).toBeVisible();
  const before = await chat.text.textContent();
  await seam.click();
  await expect(page.getByTestId('seam-evidence').first()).toContainText('Verified');
  expect(before).not.toContain('Verified');
});

test('a broken line is mended while one looks', async ({ chat, page }) => {
  await chat.open();
  await chat.send('/break /long 20');
  await chat.ended();
  expect(await chat.copied()).toBe(await chat.uncut('/long 20'));
  const { messages } = await chat.thread();
  expect(messages.at(-1)?.making?.seams.map((seam) => seam.kind)).toContain('fault');
  await expect(page.getByTestId('answer-footer')).toContainText('2 parts');
});

test('the example of the first page arrives whole', async ({ chat, page }) => {
  test.slow();
  await chat.open();
  await page.getByTestId('example').first().click();
  if (!(await chat.answer.isVisible())) await page.getByTestId('send').click();
  await chat.begun(2_000);
  await page.getByTestId('stop').click();
  await chat.ended('stopped');
});

test('stop keeps what there is, and the answer can be continued', async ({ chat, page }) => {
  await chat.open();
  await chat.send('/long 100');
  await chat.begun(300);
  await page.getByTestId('stop').click();
  await chat.ended('stopped');
  const kept = await chat.copied();
  expect((await chat.uncut('/long 100')).startsWith(kept)).toBe(true);
  await page.getByTestId('continue').first().click();
  await chat.ended();
  expect(await chat.copied()).toBe(await chat.uncut('/long 100'));
});

test('an answer ends with the part it is at', async ({ chat, page }) => {
  await chat.open();
  await chat.shape({ model: ANCHOR, max_tokens: 3000 });
  await page.reload();
  await chat.send('/long 150');
  await chat.begun(100);
  await page.getByTestId('finish').click();
  await chat.ended('stopped');
  expect((await chat.thread()).messages.at(-1)?.making?.parts.length).toBe(1);
});

test('the third turn remembers the first, in Japanese', async ({ chat }) => {
  await chat.open();
  await chat.send('カエルについて教えてください');
  await chat.ended();
  await chat.send('12 + 30 は？');
  await expect(chat.answers).toHaveCount(2);
  await chat.ended();
  await chat.send('冒頭で、私は何と質問しましたか？');
  await expect(chat.answers).toHaveCount(3);
  await chat.ended();
  await expect(chat.text).toContainText('カエルについて教えてください');
});
