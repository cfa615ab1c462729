// Nothing jumps, nothing runs that should not, and everybody can use it.

import { expect, test } from './fixtures';

test('nothing moves while an answer grows', async ({ chat, page }) => {
  await page.addInitScript(() => {
    const all: number[] = [];
    Object.assign(globalThis, { shifts: all });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
        if (!entry.hadRecentInput) all.push(entry.value);
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await chat.open();
  // Not by a key: what moves in the half second after one counts as wished.
  await chat.field.fill('/long 30');
  await chat.field.evaluate((field: HTMLTextAreaElement) => field.form?.requestSubmit());
  await chat.begun(100);
  await page.evaluate(() => ((globalThis as unknown as { shifts: number[] }).shifts.length = 0));
  await chat.ended();
  const moved = await page.evaluate(() => (globalThis as unknown as { shifts: number[] }).shifts.reduce((sum, one) => sum + one, 0));
  expect(moved).toBe(0);
});

test('a reader who scrolled up is left in peace', async ({ chat, page }) => {
  await chat.open();
  await chat.send('/long 150');
  await chat.begun(3_000);
  const thread = page.getByTestId('thread');
  await thread.hover();
  await page.mouse.wheel(0, -400);
  await expect(page.getByTestId('to-end')).toBeVisible();
  // The wheel rolls out.
  const place = await thread.evaluate(
    (view) =>
      new Promise<number>((still) => {
        const look = (last: number, frames: number) =>
          frames === 0 ? still(last) : requestAnimationFrame(() => look(view.scrollTop, view.scrollTop === last ? frames - 1 : 10));
        look(view.scrollTop, 10);
      }),
  );
  const before = (await chat.text.textContent())?.length ?? 0;
  await chat.begun(before + 500);
  expect(await thread.evaluate((view) => view.scrollTop)).toBe(place);
  await page.getByTestId('to-end').click();
  await chat.ended();
});

test('hostile Markdown does nothing', async ({ chat, page }) => {
  await chat.open();
  const evil = [
    '<script>document.title = "stolen"</script>',
    '<img src=x onerror="document.title = \'stolen\'">',
    '[click](javascript:document.title="stolen")',
    '![picture](http://127.0.0.1:9/pixel.png)',
    '<iframe src="https://127.0.0.1:9/"></iframe>',
  ].join('\n\n');
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await chat.send(`/echo ${evil}`);
  await chat.ended();
  // The title may quote the question; it must not have become what the script wanted.
  expect(await page.title()).not.toBe('stolen');
  expect(await chat.text.locator('script, img[src^="http"], iframe, [onerror], a[href^="javascript"]').count()).toBe(0);
  expect(asked.filter((url) => !url.startsWith(chat.server.url))).toEqual([]);
  expect(await chat.copied()).toBe(evil);
});

test('code, tables, formulas and diagrams come out', async ({ chat, page }) => {
  await chat.open();
  await chat.send('/echo **「強調」**です\n\n```js\nconst a = 1;\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n$$\\sum_{n=1}^N n$$\n\n```mermaid\ngraph TD; A-->B;\n```');
  await chat.ended();
  await expect(chat.text.locator('strong')).toHaveText('「強調」');
  await expect(chat.text.locator('table td').first()).toHaveText('1');
  await expect(chat.text.locator('.katex').first()).toBeVisible();
  await expect(chat.text.locator('pre code').first()).toContainText('const a = 1;');
  await expect(page.frameLocator('iframe').locator('svg').first()).toBeVisible({ timeout: 30_000 });
});

for (const scheme of ['light', 'dark'] as const) {
  test(`who asks for more contrast gets it, ${scheme}`, async ({ chat, page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await chat.open();
    await chat.send('/echo plain');
    await chat.ended();
    // How the footer stands out from the page, and the edge of the sidebar, as WCAG counts it.
    const contrasts = () =>
      page.evaluate(() => {
        const bright = (colour: string) => {
          const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map((part) => (Number(part) / 255 <= 0.04045 ? Number(part) / 255 / 12.92 : ((Number(part) / 255 + 0.055) / 1.055) ** 2.4));
          return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
        };
        const against = (one: string) => {
          const [light, dark] = [bright(one), bright(getComputedStyle(document.body).backgroundColor)].sort((a, b) => b - a);
          return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
        };
        const style = (selector: string) => getComputedStyle(document.querySelector(selector)!);
        return { quiet: against(style('[data-testid=answer-footer]').color), line: against(style('aside').borderInlineEndColor) };
      });
    const usual = await contrasts();
    expect(usual.quiet).toBeGreaterThan(4.5);
    await page.emulateMedia({ contrast: 'more' });
    const more = await contrasts();
    expect(more.quiet).toBeGreaterThan(12);
    expect(more.line).toBeGreaterThan(3);
    expect(usual.line).toBeLessThan(3);
  });
}
