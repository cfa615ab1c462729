// Reading aloud, with a voice that says nothing and ends a sentence when the test says so.

import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';

interface Said {
  text: string;
  lang: string;
  voice: string | null;
}
interface Mouth {
  said: Said[];
  canceled: number;
  /** Ends the sentence that is said. */
  end(): void;
}
declare global {
  // eslint-disable-next-line no-var
  var mouth: Mouth;
}

/** Gives the page voices: Chromium without a window has none. */
async function voiced(page: Page): Promise<void> {
  await page.addInitScript(() => {
    class Utterance {
      lang = '';
      voice: { name: string } | null = null;
      onend: (() => void) | null = null;
      onerror: ((event: { error: string }) => void) | null = null;
      constructor(readonly text: string) {}
    }
    const waiting: Utterance[] = [];
    const mouth = {
      said: [] as { text: string; lang: string; voice: string | null }[],
      canceled: 0,
      end: () => waiting.shift()?.onend?.(),
    };
    const synthesis = Object.assign(new EventTarget(), {
      getVoices: () => [
        { name: 'Anna', lang: 'en-US', localService: true, default: true },
        { name: 'Kyoko', lang: 'ja-JP', localService: true, default: false },
      ],
      speak: (one: Utterance) => {
        if (!one.text) return;
        waiting.push(one);
        mouth.said.push({ text: one.text, lang: one.lang, voice: one.voice?.name ?? null });
      },
      cancel: () => {
        mouth.canceled += 1;
        for (const one of waiting.splice(0)) one.onerror?.({ error: 'canceled' });
      },
    });
    Object.assign(window, { mouth });
    Object.defineProperty(window, 'speechSynthesis', { value: synthesis });
    Object.defineProperty(window, 'SpeechSynthesisUtterance', { value: Utterance });
  });
}
const said = (page: Page) => page.evaluate(() => mouth.said);
const last = async (page: Page) => (await said(page)).at(-1)?.text;
const marked = (page: Page) =>
  page.evaluate(() => [...(CSS.highlights.get('read-aloud') ?? [])].map((range) => (range as Range).toString()).join());

test('an answer is read sentence by sentence, in the voice of its language', async ({ chat, page }) => {
  await voiced(page);
  await chat.open();
  await chat.send('/echo **最初**の文です。次は `Amazon Bedrock` の話です。\n\n```js\nlet a = 1;\n```\n\nThis sentence is in English, and it is the last of them.');
  await chat.ended();
  await chat.answer.getByTestId('read-aloud').click();
  await expect.poll(() => said(page)).toEqual([{ text: '最初の文です。', lang: 'ja-JP', voice: 'Kyoko' }]);
  expect(await marked(page)).toBe('最初の文です。');
  await page.evaluate(() => mouth.end());
  await expect.poll(() => last(page)).toBe('次は Amazon Bedrock の話です。');
  expect(await marked(page)).toBe('次は Amazon Bedrock の話です。');

  // A pause begins the sentence again.
  const reader = page.getByTestId('reader');
  await page.getByTestId('reader-pause').click();
  await expect(reader).toHaveAttribute('data-now', 'paused');
  await page.getByTestId('reader-pause').click();
  await expect.poll(async () => (await said(page)).length).toBe(3);
  expect(await last(page)).toBe('次は Amazon Bedrock の話です。');

  await page.evaluate(() => mouth.end());
  await expect.poll(() => last(page)).toBe('Code.');
  await page.evaluate(() => mouth.end());
  await expect.poll(async () => (await said(page)).at(-1)).toEqual({
    text: 'This sentence is in English, and it is the last of them.', lang: 'en-US', voice: 'Anna',
  });
  await page.evaluate(() => mouth.end());
  await expect(reader).toHaveCount(0);
  expect(await marked(page)).toBe('');
});

test('reading is stopped, by its button, by its key and by leaving', async ({ chat, page }) => {
  await voiced(page);
  await chat.open();
  await chat.send('/echo One sentence. And another one.');
  await chat.ended();
  await page.getByTestId('thread').focus();
  await page.keyboard.press('l');
  await expect.poll(() => last(page)).toBe('One sentence.');
  await page.keyboard.press('l');
  await expect(page.getByTestId('reader')).toHaveAttribute('data-now', 'paused');
  await page.keyboard.press('l');
  await expect(page.getByTestId('reader')).toHaveAttribute('data-now', 'speaking');
  await page.getByTestId('reader-stop').click();
  await expect(page.getByTestId('reader')).toHaveCount(0);
  await expect(chat.answer.getByTestId('read-aloud')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('reader')).toBeVisible();
  const before = await page.evaluate(() => mouth.canceled);
  await page.getByTestId('new-chat').click();
  await expect(page.getByTestId('reader')).toHaveCount(0);
  expect(await page.evaluate(() => mouth.canceled)).toBeGreaterThan(before);
});

test.describe('while it is written', () => {
  test.use({ setting: { scenario: 'schema = 1\n[stream]\nttft = "100ms"\ntps = 120\n' } });
  test('an answer is read to its end', async ({ chat, page }) => {
    await voiced(page);
    await chat.open();
    await chat.send('/long 6');
    await chat.begun(40);
    await page.getByTestId('read-along').click();
    await expect.poll(async () => (await said(page)).length).toBe(1);
    await expect(chat.answer).toHaveAttribute('data-state', 'running');
    // It catches up with what is written, and waits there.
    await page.evaluate(() => {
      const { end } = mouth;
      const again = () => (end(), setTimeout(again, 5));
      again();
    });
    await expect(page.getByTestId('reader')).toHaveAttribute('data-now', 'waiting');
    await chat.ended();
    await expect(page.getByTestId('reader')).toHaveCount(0);
    const spoken = (await said(page)).map(({ text }) => text).join(' ');
    const shown = (await chat.text.textContent()) ?? '';
    const letters = (text: string) => text.replace(/[^\p{L}]/gu, '');
    expect(letters(spoken)).toBe(letters(shown));
  });
});

test('a browser without voices offers nothing', async ({ chat, page }) => {
  await chat.open();
  await chat.send('/echo silent');
  await chat.ended();
  expect(await page.evaluate(() => speechSynthesis.getVoices().length)).toBe(0);
  await expect(chat.answer.getByTestId('copy-answer')).toBeVisible();
  await expect(page.getByTestId('read-aloud')).toHaveCount(0);
});
