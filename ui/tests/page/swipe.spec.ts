// The sidebar and a finger.

import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

/** A finger of its own. */
async function finger(page: Page) {
  const session = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', points: { x: number; y: number }[]) =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints: points });
  let [x, y] = [0, 0];
  return {
    down: async (atX: number, atY: number) => {
      [x, y] = [atX, atY];
      await touch('touchStart', [{ x, y }]);
    },
    to: async (toX: number, toY = y, steps = 8) => {
      const [fromX, fromY] = [x, y];
      for (let step = 1; step <= steps; step += 1) {
        [x, y] = [fromX + ((toX - fromX) * step) / steps, fromY + ((toY - fromY) * step) / steps];
        await touch('touchMove', [{ x, y }]);
      }
    },
    up: () => touch('touchEnd', []),
  };
}

/** Until the module is there that listens. */
const ready = (page: Page) => page.waitForFunction(() => performance.getEntriesByType('resource').some(({ name }) => /\/swipe-/.test(name)));
const left = async (page: Page) => (await page.locator('aside').boundingBox())?.x;

test('a finger draws the sidebar in, and it follows', async ({ chat, page }) => {
  await chat.open();
  await ready(page);
  const hand = await finger(page);
  await hand.down(40, 300);
  await hand.to(140);
  await expect.poll(() => left(page)).toBe(-220);
  await hand.to(240);
  await expect.poll(() => left(page)).toBe(-120);
  await hand.up();
  await expect.poll(() => left(page)).toBe(0);
  await expect(page.getByTestId('new-chat')).toBeVisible();

  // And pushes it out again.
  await hand.down(280, 500);
  await hand.to(200);
  await expect.poll(() => left(page)).toBe(-80);
  await hand.to(60);
  await hand.up();
  await expect(page.locator('aside')).toHaveCount(0);
  // The first tap may only end the way that the browser thinks the finger still goes.
  await expect(async () => {
    await chat.field.tap();
    await expect(chat.field).toBeFocused({ timeout: 1_000 });
  }).toPass();
});

test('a finger that turns back leaves everything as it was', async ({ chat, page }) => {
  await chat.open();
  await ready(page);
  const hand = await finger(page);
  await hand.down(40, 300);
  await hand.to(220);
  await hand.to(60);
  await hand.up();
  await expect(page.locator('aside')).toHaveCount(0);
  await expect(chat.field).toBeEnabled();
});

test('the edge is the browser’s, the middle the reader’s, and up and down scrolls', async ({ chat, page }) => {
  await chat.open();
  await chat.field.fill('/long 40');
  await page.getByTestId('send').tap();
  await chat.ended();
  await ready(page);
  const hand = await finger(page);
  for (const [fromX, toX] of [[4, 220], [200, 380]] as const) {
    await hand.down(fromX, 400);
    await hand.to(toX);
    await expect(page.locator('aside')).toHaveCount(0);
    await hand.up();
  }
  const top = () => page.getByTestId('thread').evaluate((view) => view.scrollTop);
  const before = await top();
  expect(before).toBeGreaterThan(300);
  await hand.down(50, 300);
  await hand.to(60, 550);
  await hand.to(260, 560);
  await hand.up();
  await expect.poll(top).toBeLessThan(before - 100);
  await expect(page.locator('aside')).toHaveCount(0);
});

test('code that is scrolled sideways scrolls back first', async ({ chat, page }) => {
  await chat.open();
  await chat.field.fill(`/echo \`\`\`\n${'wide '.repeat(60)}\n\`\`\``);
  await page.getByTestId('send').tap();
  await chat.ended();
  await ready(page);
  const code = chat.text.locator('pre');
  await code.evaluate((box) => (box.scrollLeft = 400));
  const box = (await code.boundingBox())!;
  const hand = await finger(page);
  await hand.down(60, box.y + box.height / 2);
  await hand.to(260);
  await expect(page.locator('aside')).toHaveCount(0);
  await hand.up();
  await expect.poll(() => code.evaluate((one) => one.scrollLeft)).toBeLessThan(400);
});

test('who asked for no motion gets none', async ({ chat, page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await chat.open();
  await ready(page);
  await page.evaluate(() => {
    const { animate } = Element.prototype;
    const lasted: unknown[] = [];
    Object.assign(window, { lasted });
    Element.prototype.animate = function (this: Element, frames, timing) {
      lasted.push((timing as KeyframeAnimationOptions).duration);
      return animate.call(this, frames, timing);
    };
  });
  const hand = await finger(page);
  await hand.down(40, 300);
  await hand.to(260);
  await hand.up();
  await expect.poll(() => left(page)).toBe(0);
  expect(await page.evaluate(() => (window as unknown as { lasted: unknown[] }).lasted)).toEqual([0, 0]);
});
