// Pictures of the main states, for the README and for whoever looks at a change. With UPDATE=1 they
// are written to docs/pictures; else they are among the results of the tests.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page, TestInfo } from '@playwright/test';
import { ANCHOR, expect, test } from './fixtures';

const KEPT = fileURLToPath(new URL('../../../docs/pictures', import.meta.url));
/** More than this would be felt in a README. */
const MOST_BYTES = 120_000;

const DESIGN = `## 図書貸出システム　設計書

**「続きを待たせない」**ことを目標に、貸出と予約だけを扱う小さなシステムを設計します。蔵書は3万冊、利用者は8,000人を見込みます。

### 1. データの構造

| 表 | 主な列 | 件数の見込み |
| --- | --- | ---: |
| 蔵書 | ISBN、書名、配架場所 | 30,000 |
| 利用者 | 会員番号、氏名、期限 | 8,000 |
| 貸出 | 会員番号、資料番号、返却日 | 120,000 |

### 2. 延滞の判定

返却日を一日でも過ぎた貸出を延滞とします。休館日は数えません。

\`\`\`python
def overdue(loan: Loan, today: date, closed: set[date]) -> int:
    """延滞した日数。休館日は数えない。"""
    days = (loan.due + timedelta(n) for n in range(1, (today - loan.due).days + 1))
    return sum(day not in closed for day in days)
\`\`\`

### 3. 予約の順番

予約は受け付けた順に並べます。取り置きの期限は七日間で、期限を過ぎた予約は次の人に回ります。同じ資料が複数あるときは、先に返却されたものから割り当てます。
`;
const SCENARIO = `schema = 1
[stream]
ttft = "300ms"
tps = 500
[[rule]]
user = "設計書"
reply = '''${DESIGN}'''
`;

/** A picture as WebP, in which text stays sharp at a third of a PNG's size: the browser has the encoder. */
async function webp(browser: Browser, png: Buffer): Promise<Buffer> {
  const page = await browser.newPage();
  const encoded = await page.evaluate(async (source) => {
    const picture = await createImageBitmap(await (await fetch(source)).blob());
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    canvas.getContext('2d')?.drawImage(picture, 0, 0);
    const blob = await canvas.convertToBlob({ type: 'image/webp', quality: 0.86 });
    return [...new Uint8Array(await blob.arrayBuffer())];
  }, `data:image/png;base64,${png.toString('base64')}`);
  await page.close();
  return Buffer.from(encoded);
}

async function keep(page: Page, browser: Browser, info: TestInfo, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  const picture = await webp(browser, await page.screenshot({ animations: 'disabled', caret: 'hide' }));
  expect(picture.subarray(8, 12).toString()).toBe('WEBP');
  expect(picture.length).toBeLessThan(MOST_BYTES);
  const file = process.env['UPDATE'] === '1' ? join(KEPT, `${name}.webp`) : info.outputPath(`${name}.webp`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, picture);
}

test.use({ contextOptions: { reducedMotion: 'reduce' }, setting: { scenario: SCENARIO } });

test('the first page', async ({ chat, page, browser }, info) => {
  await chat.open();
  await expect(page.getByTestId('simulator-notice')).toBeVisible();
  await keep(page, browser, info, 'first-page');
});

test('the settings of a chat', async ({ chat, page, browser }, info) => {
  await chat.open();
  await chat.send('/long 12');
  await chat.ended();
  await page.getByTestId('open-settings').click();
  await expect(page.getByTestId('system')).toBeVisible();
  await page.getByTestId('system').fill('You write for people who are in a hurry.');
  await page.getByTestId('temperature').fill('0.3');
  await page.getByTestId('temperature').blur();
  await keep(page, browser, info, 'settings');
});

test.describe('in Japanese', () => {
  test.use({ locale: 'ja-JP' });

  test('a conversation with its seams', async ({ chat, page, browser }, info) => {
    await chat.open();
    await chat.shape({ model: ANCHOR, max_tokens: 180 });
    await page.reload();
    await chat.send('図書館の貸出システムの設計書を書いてください');
    await chat.ended();
    await chat.answer.getByTestId('seam').last().click();
    await expect(page.getByTestId('seam-evidence').first()).toBeVisible();
    await keep(page, browser, info, 'conversation');
  });

  test.describe('on a phone', () => {
    test.use({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true, colorScheme: 'dark' });
    test('in the dark', async ({ chat, page, browser }, info) => {
      await chat.open();
      await chat.shape({ model: ANCHOR, max_tokens: 180 });
      await page.reload();
      await chat.field.fill('図書館の貸出システムの設計書を書いてください');
      await page.getByTestId('send').tap();
      await chat.ended();
      await keep(page, browser, info, 'phone');
    });
  });
});
