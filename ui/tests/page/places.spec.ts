// Addresses, long conversations, preferences: what is where one left it.

import { ANCHOR, expect, test, type Chat } from './fixtures';

test.use({ setting: { scenario: 'schema = 1\n' } });

/** A conversation of many turns, made past the page. */
async function many({ page, server }: Chat, turns: number): Promise<{ id: string; messages: string[] }> {
  const api = `${server.url}/api/v1`;
  const { id } = await (await page.request.post(`${api}/conversations`, { data: { title: 'Long' } })).json();
  const messages: string[] = [];
  let parent: string | null = null;
  for (let turn = 1; turn <= turns; turn += 1) {
    const posted = await page.request.post(`${api}/conversations/${id}/messages`, { data: { parent, text: `/echo turn ${turn}\n\n${'it is long. '.repeat(40)}` } });
    expect(posted.status(), await posted.text()).toBe(202);
    const said = (await posted.json()).messages as { id: string }[];
    messages.push(...said.map((message) => message.id));
    parent = messages.at(-1) ?? null;
    await expect.poll(async () => (await (await page.request.get(`${api}/messages/${parent}`)).json()).state).toBe('complete');
  }
  return { id, messages };
}

test('a link leads to its message, far up in a long conversation', async ({ chat, page }) => {
  await chat.open();
  const { id, messages } = await many(chat, 40);
  await chat.open(`/c/${id}#m-${messages[3]}`);
  await expect(page.locator(`[data-message="${messages[3]}"]`)).toBeInViewport();
  await expect(page.locator(`[data-message="${messages[3]}"]`)).toContainText('turn 2');
});

test('older messages come in above without moving what is read', async ({ chat, page }) => {
  await chat.open();
  const { id } = await many(chat, 40);
  await chat.open(`/c/${id}`);
  await expect(chat.text).toContainText('turn 40');
  await expect(chat.answer).toBeInViewport();
  expect(await chat.answers.count()).toBeLessThan(40);
  const thread = page.getByTestId('thread');
  await thread.hover();
  // To the top, as often as it takes: each page of the past is put above.
  for (let pages = 0; pages < 10 && (await chat.answers.count()) < 40; pages += 1) {
    const before = await chat.answers.count();
    const first = chat.answers.first();
    const mark = await first.getAttribute('data-message');
    await page.mouse.wheel(0, -100_000);
    await expect.poll(() => chat.answers.count()).toBeGreaterThan(before);
    await expect(page.locator(`[data-message="${mark}"]`)).toBeInViewport();
  }
  await expect(page.getByTestId('answer-text').first()).toContainText('turn 1');
  expect(await chat.answers.count()).toBe(40);
});

test('back and forward go through conversations', async ({ chat, page }) => {
  await chat.open();
  await chat.send('/echo one');
  await chat.ended();
  await page.getByTestId('new-chat').click();
  await chat.send('/echo two');
  await chat.ended();
  await expect(chat.text).toHaveText('two');
  await page.goBack();
  await page.goBack();
  await expect(chat.text).toHaveText('one');
  await page.goForward();
  await page.goForward();
  await expect(chat.text).toHaveText('two');
});

test('an address that leads nowhere says so', async ({ page, server, watch }) => {
  watch.expected.push(/404|Failed to load resource/);
  await page.goto(`${server.url}/c/01a20b13-e50f-7d9b-ae39-dcbd7bc72288`);
  await expect(page.getByText('This conversation is not here')).toBeVisible();
  await page.getByTestId('new-chat').click();
  await expect(page.getByTestId('message')).toBeVisible();
});

test('how one likes the page is kept: language, theme, seams, what Enter does', async ({ chat, page }) => {
  await chat.open();
  await chat.shape({ model: ANCHOR, max_tokens: 60 });
  await page.reload();
  await chat.send('/long 8');
  await chat.ended();
  await expect(chat.answer.getByTestId('seam').first()).toBeVisible();
  await page.getByTestId('page-menu').click();
  await page.getByRole('menuitem').first().click();
  const sheet = page.getByTestId('preferences');
  const choose = (group: string, choice: string) => sheet.getByRole('group', { name: group, exact: true }).getByRole('radio', { name: choice, exact: true }).check();
  await choose('Theme', 'Dark');
  await choose('Show seams', 'Off');
  await choose('Enter', 'makes a new line; Ctrl/⌘+Enter sends');
  await choose('Language', '日本語');
  await expect(page.locator('html')).toHaveAttribute('lang', 'ja');
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('lang', 'ja');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect(chat.text).not.toBeEmpty();
  await expect(chat.answer.getByTestId('seam')).toHaveCount(0);
  await chat.field.fill('/echo 一行目');
  await chat.field.press('Enter');
  await chat.field.pressSequentially('二行目');
  await expect(page.getByTestId('question')).toHaveCount(1);
  await chat.field.press('ControlOrMeta+Enter');
  await expect(page.getByTestId('question')).toHaveCount(2);
  await expect(chat.text).toContainText('二行目');
});
