// Nothing is lost: on reload, in a second tab, without network, with the server killed.

import { ANCHOR, PACE, PREFILL, complaintsOf, expect, test } from './fixtures';

test('a reload in the middle of an answer', async ({ chat, page }) => {
  await chat.open();
  await chat.send('/long 50');
  await chat.begun(200);
  await page.reload();
  await chat.begun(200);
  await chat.ended();
  expect(await chat.copied()).toBe(await chat.uncut('/long 50'));
});

for (const [name, model] of [
  ['prefill', PREFILL],
  ['anchor', ANCHOR],
] as const) {
  test(`the server is killed and comes back, and the page goes on by itself (${name})`, async ({ chat, server, watch, page }) => {
    watch.expected.push(/ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY|Failed to load resource/);
    await chat.open();
    await chat.shape({ model });
    await page.reload();
    await chat.send('/long 100');
    await chat.begun(400);
    const shown = (await chat.text.textContent()) ?? '';
    await server.kill();
    await expect(page.getByTestId('reconnecting')).toBeVisible();
    await server.restart();
    await chat.ended();
    expect(await chat.copied()).toBe(await chat.uncut('/long 100', model));
    expect((await chat.text.textContent())?.length).toBeGreaterThan(shown.length);
    expect((await chat.thread()).messages.at(-1)?.making?.seams.map((seam) => seam.kind)).toContain('restart');
    await expect(page.getByTestId('reconnecting')).toBeHidden();
  });
}

test('two tabs see the same answer grow', async ({ chat, page }) => {
  await chat.open();
  await chat.send('/long 40');
  await chat.begun(200);
  await expect(page).toHaveURL(/\/c\//);
  const other = await chat.tab(page.context());
  const complaints = await complaintsOf(other.page);
  await other.begun(200);
  await Promise.all([chat.ended(), other.ended()]);
  expect(await other.text.textContent()).toBe(await chat.text.textContent());
  await other.send('/echo from the second tab');
  await expect(chat.answers).toHaveCount(2);
  await expect(chat.text).toContainText('from the second tab');
  expect(complaints).toEqual([]);
});

test('what is sent without network goes out when it is back', async ({ chat, page, watch }) => {
  watch.expected.push(/ERR_INTERNET_DISCONNECTED|Failed to load resource/);
  await chat.open();
  await chat.send('/echo first');
  await chat.ended();
  await page.context().setOffline(true);
  await chat.send('/echo sent on the train');
  await expect(page.getByTestId('waiting-for-network')).toBeVisible();
  await page.context().setOffline(false);
  await expect(chat.answers).toHaveCount(2, { timeout: 30_000 });
  await expect(chat.text).toContainText('sent on the train');
  await chat.ended();
  expect((await chat.thread()).messages).toHaveLength(4);
});

test('another conversation meanwhile, and back', async ({ chat, page }) => {
  await chat.open();
  await chat.send('/long 50');
  await chat.begun(100);
  const first = page.url();
  await page.getByTestId('new-chat').click();
  await chat.send('/echo meanwhile');
  await expect(chat.text).toContainText('meanwhile');
  await expect(page.getByTestId('conversation')).toHaveCount(2);
  await page.getByTestId('conversation').filter({ hasText: '/long 50' }).getByRole('link').click();
  await expect(page).toHaveURL(first);
  await chat.ended();
  expect(await chat.copied()).toBe(await chat.uncut('/long 50'));
});

test('a message waits for the answer before it', async ({ chat, page }) => {
  await chat.open();
  await chat.send('/long 80');
  await chat.begun(50);
  await chat.send('/echo after that');
  await expect(page.getByTestId('queue')).toContainText('after that');
  await expect(chat.answers).toHaveCount(2, { timeout: 45_000 });
  await expect(chat.text).toContainText('after that');
});

test('a draft survives a reload', async ({ chat, page }) => {
  await chat.open();
  await chat.field.fill('not finished yet');
  await page.reload();
  await expect(chat.field).toHaveValue('not finished yet');
  // And a browser that is killed, which says no farewell.
  await chat.field.fill('nearly finished');
  await expect.poll(() => page.evaluate(() => JSON.stringify(localStorage))).toContain('nearly finished');
});

test.describe('where Bedrock asks to slow down', () => {
  test.use({ setting: { scenario: `schema = 1\n${PACE}\n[[rule]]\nuser = "wait"\nreply = "Never said."\nfault = [{ do = "http", type = "ThrottlingException" }]\n` } });
  test('the countdown is there after a reload', async ({ chat, page, watch }) => {
    watch.expected.push(/ERR_FAILED/);
    await chat.open();
    await chat.send('wait');
    const status = page.getByTestId('status');
    // The pauses grow: one that is long enough to reload the page in it.
    await expect(status).toContainText(/retrying in ([5-9]|\d\d) s/);
    // Nothing comes over the stream: what is known is what the message says.
    await page.route('**/api/v1/events*', (route) => route.abort());
    await page.reload();
    await expect(status).toContainText(/Bedrock is busy, retrying in \d+ s \(attempt \d\)/);
    await expect(status).toHaveAttribute('data-wait', 'throttled');
  });
});
