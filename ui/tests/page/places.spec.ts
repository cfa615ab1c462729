// Addresses, long conversations, preferences: what is where one left it.

import { ANCHOR, PACE, expect, test, type Chat } from './fixtures';

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

test('the sidebar is as wide as it is drawn, and closes', async ({ chat, page }) => {
  await chat.open();
  const side = page.getByRole('complementary', { name: 'Conversations' });
  const grip = page.getByRole('separator', { name: 'Width of the sidebar' });
  const width = async () => (await side.boundingBox())?.width ?? 0;
  const drag = async (to: number) => {
    const box = await grip.boundingBox();
    await page.mouse.move((box?.x ?? 0) + 4, 300);
    await page.mouse.down();
    await page.mouse.move(to, 320, { steps: 4 });
    await page.mouse.up();
  };
  expect(await width()).toBe(272);
  await drag(360);
  await expect.poll(width).toBe(360);
  // Not beyond what is useful.
  await drag(1_000);
  await expect.poll(width).toBe(420);
  await drag(20);
  await expect.poll(width).toBe(220);
  // Afterwards the pointer draws nothing.
  await page.mouse.move(700, 300);
  await expect(grip).toHaveAttribute('aria-valuenow', '220');
  await grip.press('ArrowRight');
  await expect.poll(width).toBe(236);
  await page.reload();
  await expect(page.getByTestId('simulator-notice')).toBeVisible();
  await expect.poll(width).toBe(236);
  await page.keyboard.press('ControlOrMeta+b');
  await expect(side).toBeHidden();
  await page.reload();
  // The page knows its server: keys do what they do.
  await expect(page.getByTestId('simulator-notice')).toBeVisible();
  await expect(side).toBeHidden();
  await page.keyboard.press('ControlOrMeta+b');
  await expect.poll(width).toBe(236);
});

test.describe('at the pace of a model', () => {
  test.use({ setting: { scenario: `schema = 1\n${PACE}` } });
  const liking = async ({ page }: Chat, choice: string) => {
    await page.getByTestId('page-menu').click();
    await page.getByRole('menuitem').first().click();
    await page.getByRole('group', { name: 'While an answer grows' }).getByRole('radio', { name: choice }).check();
    await page.keyboard.press('Escape');
    await expect(page.getByTestId('preferences')).toBeHidden();
  };
  const top = ({ page }: Chat) => page.getByTestId('thread').evaluate((thread) => thread.scrollTop);

  test('the question stays at the top for who likes it so', async ({ chat, page }) => {
    await chat.open();
    await chat.send('/long 12');
    await chat.ended();
    await liking(chat, 'Keep the question at the top');
    await chat.send('/long 60');
    await expect(chat.answers).toHaveCount(2);
    const question = page.getByTestId('question').last();
    const place = async () => Math.round(((await question.boundingBox())?.y ?? 0) - ((await page.getByTestId('thread').boundingBox())?.y ?? 0));
    await expect.poll(place).toBe(50);
    await chat.begun(4_000);
    expect(await place()).toBe(50);
    await chat.ended();
    expect(await place()).toBe(50);
    // What came meanwhile is below, and one click away.
    await page.getByTestId('to-end').click();
    await expect(chat.answer.getByTestId('answer-footer')).toBeInViewport();
  });

  test('nothing moves for who likes it so', async ({ chat }) => {
    await chat.open();
    await chat.send('/long 12');
    await chat.ended();
    await liking(chat, 'Do not move');
    const before = await top(chat);
    await chat.send('/long 40');
    await expect(chat.answers).toHaveCount(2);
    await chat.ended();
    expect(await top(chat)).toBe(before);
  });

  test('the end is followed for who likes nothing else', async ({ chat }) => {
    await chat.open();
    await chat.send('/long 60');
    await chat.begun(4_000);
    expect(await top(chat)).toBeGreaterThan(0);
    await chat.ended();
    await expect(chat.answer.getByTestId('answer-footer')).toBeInViewport();
  });
});
