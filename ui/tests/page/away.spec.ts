// Nobody looks: another tab is in front, or the server is replaced meanwhile.

import type { Page } from '@playwright/test';
import { PACE, expect, test } from './fixtures';

interface Told {
  asked: number;
  shown: { title: string; body: string; onclick: (() => void) | null }[];
}

/** A browser whose notifications can be counted, and whose page can be put behind another one: then it gets no frames. */
async function standIn(page: Page, leave: 'granted' | 'denied'): Promise<void> {
  await page.addInitScript((leave) => {
    const told: Told = { asked: 0, shown: [] };
    let given = localStorage.getItem('given') ?? 'default';
    class Notification {
      onclick: (() => void) | null = null;
      readonly body: string;
      constructor(readonly title: string, options: { body: string }) {
        this.body = options.body;
        told.shown.push(this);
      }
      static get permission(): string {
        return given;
      }
      static async requestPermission(): Promise<string> {
        told.asked += 1;
        localStorage.setItem('given', leave);
        return (given = leave);
      }
      close(): void {}
    }
    let hidden = false;
    let waiting: FrameRequestCallback[] = [];
    const frame = globalThis.requestAnimationFrame.bind(globalThis);
    Object.assign(globalThis, {
      told,
      Notification,
      requestAnimationFrame: (work: FrameRequestCallback) => {
        if (!hidden) return frame((at) => (hidden ? waiting.push(work) : work(at)));
        return waiting.push(work);
      },
      look: (looks: boolean) => {
        hidden = !looks;
        document.dispatchEvent(new Event('visibilitychange'));
        if (looks) for (const work of waiting.splice(0)) frame(work);
      },
    });
    Object.defineProperty(document, 'visibilityState', { get: () => (hidden ? 'hidden' : 'visible') });
    waiting = [];
  }, leave);
}
const look = (page: Page, looks: boolean) => page.evaluate((looks) => (globalThis as unknown as { look(looks: boolean): void }).look(looks), looks);
const told = (page: Page): Promise<Told> => page.evaluate(() => {
  const { asked, shown } = (globalThis as unknown as { told: Told }).told;
  return { asked, shown: shown.map(({ title, body }) => ({ title, body, onclick: null })) };
});

const SLOWLY = `schema = 1\n${PACE}`;
test.use({ setting: { scenario: SLOWLY } });

const wish = async (page: Page) => {
  await page.getByTestId('page-menu').click();
  await page.getByRole('menuitem').first().click();
  await page.getByRole('group', { name: /^Notify/ }).getByRole('radio', { name: 'On' }).check();
};

test('an answer that ends unseen marks the title, and tells who wished it, once', async ({ chat, page }) => {
  await standIn(page, 'granted');
  await chat.open();
  await chat.send('/echo before');
  await chat.ended();
  expect(await told(page)).toEqual({ asked: 0, shown: [] });
  await wish(page);
  await expect.poll(async () => (await told(page)).asked).toBe(1);
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('preferences')).toBeHidden();
  // Who looks is told nothing.
  await chat.send('/echo in front');
  await expect(chat.text).toHaveText('in front');
  await chat.ended();
  await chat.send('/long 20');
  await chat.begun(100);
  await look(page, false);
  await expect(page).toHaveTitle(/^● /);
  await expect.poll(async () => (await told(page)).shown).toEqual([{ title: '/echo before', body: 'Answer complete', onclick: null }]);
  // A change of the conversation is no second end of its answer.
  const { conversation } = await chat.thread();
  await page.request.patch(`${chat.server.url}/api/v1/conversations/${conversation.id}`, { data: { title: 'Named anew' } });
  await expect(page).toHaveTitle('● Named anew · Tsuzuki');
  await look(page, true);
  await expect(page).toHaveTitle('Named anew · Tsuzuki');
  await look(page, false);
  expect((await told(page)).shown).toHaveLength(1);
});

test('an answer of another conversation is told as well, and a click leads to it', async ({ chat, page }) => {
  await standIn(page, 'granted');
  await chat.open();
  await wish(page);
  await page.keyboard.press('Escape');
  await chat.send('/long 20');
  await chat.begun(50);
  const first = page.url();
  await page.getByTestId('new-chat').click();
  await expect(page.getByTestId('empty')).toBeVisible();
  await look(page, false);
  await expect.poll(async () => (await told(page)).shown.length).toBe(1);
  await look(page, true);
  // The page shows another one: this one stays unread.
  await expect(page.getByTestId('conversation').first()).toHaveAttribute('data-standing', 'unread');
  await page.evaluate(() => (globalThis as unknown as { told: Told }).told.shown[0]?.onclick?.());
  await expect(page).toHaveURL(first);
  await chat.ended();
  await expect(page.getByTestId('conversation').first()).toHaveAttribute('data-standing', 'quiet');
});

test('a browser that does not allow notifications is believed', async ({ chat, page }) => {
  await standIn(page, 'denied');
  await chat.open();
  await wish(page).catch(() => undefined);
  const sheet = page.getByTestId('preferences');
  await expect(sheet.getByRole('alert')).toContainText('does not allow it');
  await expect(sheet.getByRole('group', { name: /^Notify/ }).getByRole('radio', { name: 'Off' })).toBeChecked();
});

test('a server of another version asks for a reload, and the draft outlives it', async ({ chat, server, page, watch }) => {
  watch.expected.push(/ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY|Failed to load resource/);
  await chat.open();
  await chat.send('/echo kept');
  await chat.ended();
  await chat.field.fill('a draft that is not finished');
  const uploaded = page.waitForResponse(/\/attachments/);
  await page.getByTestId('attach').setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('notes') });
  await (await uploaded).finished();
  await expect(page.getByTestId('chips')).toContainText('notes.txt');
  await server.kill();
  // The next one serves a page of another build.
  let newer = true;
  await page.route('**/api/v1/events*', (route) =>
    newer ? route.fulfill({ contentType: 'text/event-stream', body: 'event: hello\ndata: {"version":"9.9.9","build":"another"}\n\n' }) : route.continue(),
  );
  await server.restart();
  const banner = page.getByTestId('new-version');
  await expect(banner).toContainText('Tsuzuki was updated.');
  // It stays, whatever the line does, and what is there goes on working.
  newer = false;
  await chat.field.press('End');
  await chat.field.pressSequentially(' yet');
  await expect(banner).toBeVisible();
  await banner.getByRole('button', { name: 'Reload' }).click();
  await expect(chat.text).toHaveText('kept');
  await expect(chat.field).toHaveValue('a draft that is not finished yet');
  await expect(page.getByTestId('chips')).toContainText('notes.txt');
  await expect(banner).toHaveCount(0);
});

test('a part of the page that the new server no longer has asks for a reload as well', async ({ chat, page, watch }) => {
  watch.expected.push(/404|Failed to load resource|dynamically imported module|preload/i);
  await chat.open();
  await page.route(/\/assets\/Usage-/, (route) => route.fulfill({ status: 404, body: '' }));
  await page.getByTestId('page-menu').click();
  await page.getByRole('menuitem', { name: 'Usage' }).click();
  await expect(page.getByTestId('new-version')).toBeVisible();
  await expect(page.getByTestId('usage')).toHaveCount(0);
});
