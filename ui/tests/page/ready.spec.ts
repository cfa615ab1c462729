// Before the first message: who answers, and what is missing where nobody does.

import type { Page } from '@playwright/test';
import { Aws } from './aws';
import { expect, test } from './fixtures';
import { Server } from './server';

const REGION = { AWS_REGION: 'ap-northeast-1' };
const KEYS = { ...REGION, AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'a-secret-that-nobody-prints' };

const DENIED = { status: 403, error: 'AccessDeniedException', message: 'User is not authorized' };

/** How a step of the checklist stands. */
const step = (page: Page, name: string) => page.locator(`[data-testid=check][data-check=${name}]`);
const stands = async (page: Page, states: Record<string, string>) => {
  for (const [name, state] of Object.entries(states)) await expect(step(page, name)).toHaveAttribute('data-state', state);
};

test.describe('over Bedrock without credentials', () => {
  test.use({ setting: { bedrock: REGION } });
  test('the first page shows the checklist, and what to do', async ({ chat, page, watch }) => {
    watch.expected.push(/Failed to load resource|50\d/);
    await chat.open();
    const card = page.getByTestId('not-ready');
    await expect(card.getByRole('heading', { name: 'Amazon Bedrock is not ready yet' })).toBeVisible();
    await stands(page, { credentials: 'failed', models: 'skipped', call: 'skipped' });
    await expect(page.getByTestId('empty')).toContainText('Tokyo');
    await expect(card).toContainText('--backend bedrock --profile my-profile');
    await expect(page.getByTestId('example')).toHaveCount(0);
    await card.getByTestId('copy-policy').click();
    const policy = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
    expect(policy.Statement[0].Action).toContain('bedrock:InvokeModel');
    await card.getByText('Minimal IAM policy').click();
    await expect(card.getByText('"Version": "2012-10-17"')).toBeVisible();
    // Who knows may fold it, and it stays folded.
    await card.getByTestId('fold').press('Enter');
    await expect(page.getByTestId('checklist')).toBeHidden();
    await expect(page.getByTestId('example').first()).toBeVisible();
    await page.reload();
    await expect(card.getByTestId('fold')).toHaveAttribute('aria-expanded', 'false');
    await expect(page.getByTestId('example').first()).toBeVisible();
  });
});

test.describe('over somebody in the place of AWS', () => {
  test.use({ setting: { bedrock: REGION } });
  test('what AWS refuses is told, and seen to be mended without a reload', async ({ chat, page, server, watch }) => {
    watch.expected.push(/ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY|Failed to load resource/);
    const behind = await Server.start({ scenario: 'schema = 1\n' });
    const aws = await Aws.start(DENIED);
    // Now that the address is known.
    await server.restart({ bedrock: { ...KEYS, AWS_ENDPOINT_URL: aws.url } });
    await chat.open();
    await stands(page, { credentials: 'ok', endpoint: 'ok', models: 'failed', profiles: 'failed', call: 'skipped' });
    await expect(step(page, 'models')).toContainText('User is not authorized');
    await expect(step(page, 'models')).toContainText('Allow ListFoundationModels for this identity');
    await expect(page.locator('body')).not.toContainText('a-secret-that-nobody-prints');
    aws.answers = behind;
    await page.getByTestId('check-again').click();
    await stands(page, { models: 'ok', profiles: 'ok' });
    await expect(page.getByTestId('not-ready')).toContainText('Amazon Bedrock is ready');
    // The next time there is nothing to tell.
    await page.reload();
    await expect(page.getByTestId('example').first()).toBeVisible();
    await chat.send('/echo it goes through');
    await chat.ended();
    await expect(chat.text).toHaveText('it goes through');
    await page.getByTestId('new-chat').click();
    await expect(page.getByTestId('example').first()).toBeVisible();
    await expect(page.getByTestId('not-ready')).toHaveCount(0);
    await aws.close();
    await behind.close();
  });
});

test('over the simulator nobody asks AWS before a click', async ({ chat, page }) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await chat.open();
  const card = page.getByTestId('simulator-notice');
  await expect(card).toContainText('This is not an AI model');
  await expect(page.getByTestId('example').first()).toBeVisible();
  expect(asked.filter((path) => path.includes('doctor') || path.includes('Connect'))).toEqual([]);
  await card.getByTestId('connect').click();
  await stands(page, { store: 'ok', setup: 'failed' });
  await expect(step(page, 'setup')).toContainText('No AWS region is set');
  await expect(card).toContainText('AWS_BEARER_TOKEN_BEDROCK');
  await card.getByTestId('fold').click();
  await expect(card.getByText('This is not an AI model')).toBeHidden();
  await page.getByTestId('new-chat').click();
  await page.reload();
  await expect(page.getByTestId('example').first()).toBeVisible();
  await expect(card.getByTestId('fold')).toHaveAttribute('aria-expanded', 'false');
});

test('a server that comes back over Bedrock is seen to be another one', async ({ chat, page, server, watch }) => {
  watch.expected.push(/ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY|Failed to load resource/);
  await chat.open();
  await expect(page.getByTestId('simulator-notice')).toBeVisible();
  await server.restart({ bedrock: REGION });
  await expect(page.getByTestId('not-ready')).toBeVisible();
  await expect(page.getByTestId('simulator-notice')).toHaveCount(0);
  await stands(page, { credentials: 'failed' });
});
