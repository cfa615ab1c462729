// What every test of the page has: the real server, a page that is watched, and a person's hands.

import { expect, test as base, type BrowserContext, type Locator, type Page } from '@playwright/test';
import { Server, type Options } from './server';

/** At a pace at which a person, or a test, can do something in the middle of an answer. */
export const PACE = '[stream]\nttft = "150ms"\ntps = 400\n';

/** A model that goes on from a prefill, and one that refuses it: answers are joined differently. */
export const PREFILL = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
export const ANCHOR = 'us.anthropic.claude-opus-4-6-v1';

interface Watch {
  /** Kinds of complaint of the console that a test expects: a line that is cut complains. */
  expected: RegExp[];
}

interface Tools {
  /** The settings of the server of this test. */
  setting: Options;
  /** A server of its own for each test: conversations of one are not seen by another. */
  server: Server;
  watch: Watch;
  chat: Chat;
}

export const test = base.extend<Tools>({
  setting: [{ scenario: `schema = 1\n${PACE}` }, { option: true }],
  server: async ({ setting }, use) => {
    const server = await Server.start(setting);
    await use(server);
    await server.close();
  },
  // eslint-disable-next-line no-empty-pattern
  watch: async ({}, use) => {
    await use({ expected: [] });
  },
  // After the server, so that the page is judged before the server goes away.
  page: async ({ page, watch, server: _server }, use) => {
    const complaints = await complaintsOf(page);
    await use(page);
    const unexpected = complaints.filter((one) => !watch.expected.some((kind) => kind.test(one)));
    expect(unexpected, 'the console, errors and violations of the content security policy').toEqual([]);
  },
  chat: async ({ page, server }, use) => {
    await use(new Chat(page, server));
  },
});

export { expect };

/** Everything a page complains of, as it comes. */
export async function complaintsOf(page: Page): Promise<string[]> {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.request().method()} ${response.url()}`);
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => {
      console.error(`violates ${event.effectiveDirective}: ${event.blockedURI}`);
    });
  });
  return complaints;
}

/** The page, as a person uses it. */
export class Chat {
  constructor(
    readonly page: Page,
    readonly server: Server,
  ) {}

  async open(path = '/'): Promise<void> {
    await this.page.goto(this.server.url + path);
    await expect(this.field).toBeVisible();
  }

  /** Another tab of the same browser. */
  async tab(context: BrowserContext, path?: string): Promise<Chat> {
    const other = new Chat(await context.newPage(), this.server);
    await other.open(path ?? new URL(this.page.url()).pathname);
    return other;
  }

  get field(): Locator {
    return this.page.getByTestId('message');
  }

  get answers(): Locator {
    return this.page.getByTestId('answer');
  }

  get answer(): Locator {
    return this.answers.last();
  }

  /** The text of the last answer as the page shows it. */
  get text(): Locator {
    return this.answer.getByTestId('answer-text');
  }

  async send(text: string): Promise<void> {
    await this.field.fill(text);
    await this.field.press('Enter');
  }

  /** Waits until the last answer says something. */
  async begun(characters = 1): Promise<void> {
    await expect.poll(async () => (await this.text.textContent())?.length ?? 0).toBeGreaterThanOrEqual(characters);
  }

  async ended(state = 'complete', timeout = 45_000): Promise<void> {
    await expect(this.answer).toHaveAttribute('data-state', state, { timeout });
  }

  /** The last answer as its copy button gives it. */
  async copied(): Promise<string> {
    await this.answer.getByTestId('copy-answer').click();
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  /** What the conversation of this page says of itself. */
  async thread(): Promise<{ conversation: { id: string }; messages: { id: string; role: string; state: string; making: { model: string; parts: unknown[]; seams: { kind: string; proof: string }[] } | null }[] }> {
    const id = new URL(this.page.url()).pathname.split('/').pop();
    return (await this.page.request.get(`${this.server.url}/api/v1/conversations/${id}`)).json();
  }

  /** Sets how the conversation asks, past the page. */
  async shape(shape: object): Promise<void> {
    const response = await this.page.request.put(`${this.server.url}/api/v1/defaults`, { data: { shape, titles: 'words' } });
    expect(response.ok()).toBe(true);
  }

  /** What the model would have said in one piece: the same question, past every limit. */
  async uncut(question: string, model = ANCHOR): Promise<string> {
    const response = await this.page.request.post(`${this.server.url}/model/${encodeURIComponent(model)}/converse`, {
      data: {
        messages: [{ role: 'user', content: [{ text: question }] }],
        inferenceConfig: { maxTokens: 60_000 },
        additionalModelRequestFields: { tsuzuki: { mode: 'off' } },
      },
    });
    expect(response.ok(), await response.text()).toBe(true);
    const { output } = await response.json();
    return output.message.content.map((block: { text: string }) => block.text).join('');
  }
}
