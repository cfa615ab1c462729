import { defineConfig } from '@playwright/test';

// Debian's Chromium; a build of Playwright's own cannot be had everywhere. Without the flags it
// looks for hosts of its maker at every start.
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export default defineConfig({
  testDir: 'tests/page',
  testMatch: '**/*.spec.ts',
  timeout: 60_000,
  expect: { timeout: 15_000 },
  fullyParallel: true,
  workers: 2,
  forbidOnly: Boolean(process.env['CI']),
  // A test that passes the second time has shown a fault: it is told as flaky. Elsewhere than on a
  // machine that others use, it fails.
  retries: process.env['CI'] ? 1 : 0,
  reporter: [['list']],
  outputDir: 'test-results',
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 900 },
    locale: 'en-US',
    timezoneId: 'UTC',
    // So that a step that cannot be done is named, before the whole test is given up.
    actionTimeout: 15_000,
    permissions: ['clipboard-read', 'clipboard-write'],
    launchOptions: { executablePath: process.env['TSUZUKI_CHROMIUM'] ?? '/usr/bin/chromium', args: FLAGS },
  },
});
