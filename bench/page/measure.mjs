// What the page costs, beside React with react-markdown, in one run and one browser.
//
//   node measure.mjs [FILE OF THE BROWSER]

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { LIVE, LONG, PLAIN, serve } from './server.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROUNDS = 3;
const LONG_TASK_MS = 50;
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

const SUBJECTS = [
  { name: 'Tsuzuki', folder: join(HERE, '../../ui/dist'), empty: '[data-testid=empty]', message: 'article[data-message]' },
  { name: 'React with react-markdown', folder: join(HERE, 'built'), empty: 'textarea', message: '[data-message]' },
];

const median = (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)];

/** Notes when the page can be used: its field is there and, of a conversation, the last message is painted. */
function watch({ selector, characters }) {
  const look = () => {
    const all = [...document.querySelectorAll(selector)];
    const there = document.querySelector('textarea') !== null && all.length > 0 && all.at(-1).textContent.length >= characters;
    if (!there) return requestAnimationFrame(look);
    requestAnimationFrame(() => setTimeout(() => { globalThis.shownAt = performance.now(); globalThis.shown = all.length; }));
  };
  requestAnimationFrame(look);
}

/** Questions are short: where the last message says so much, it is the last answer. */
const said = ({ message }) => ({ selector: message, characters: 100 });
const shown = (page) => page.waitForFunction(() => globalThis.shownAt !== undefined, undefined, { timeout: 120_000 });

/** The scripts that a browser with nothing in its cache asks for until the page can be used, compressed, in bytes. */
async function firstLoad(browser, address, folder, usable) {
  const { context, page } = await open(browser);
  await page.addInitScript(watch, usable);
  await page.goto(address);
  await shown(page);
  const scripts = await page.evaluate(() =>
    performance.getEntriesByType('resource').filter(({ startTime }) => startTime < globalThis.shownAt).map(({ name }) => new URL(name).pathname).filter((path) => path.endsWith('.js')),
  );
  await context.close();
  const sizes = await Promise.all([...new Set(scripts)].map(async (path) => gzipSync(await readFile(join(folder, path)), { level: 9 }).length));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** A new page in a new browser that notes its long tasks. */
async function open(browser) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-US' });
  const page = await context.newPage();
  await page.addInitScript(() => {
    globalThis.longTasks = [];
    new PerformanceObserver((list) => globalThis.longTasks.push(...list.getEntries().map(({ duration, startTime }) => ({ duration, startTime })))).observe({ type: 'longtask', buffered: true });
  });
  const session = await context.newCDPSession(page);
  await session.send('Performance.enable');
  const figure = async (name) => (await session.send('Performance.getMetrics')).metrics.find((one) => one.name === name).value;
  return { context, page, session, figure };
}

/** How long from the navigation until the last message is there and painted, in ms. */
async function history(browser, url, subject, slower) {
  const { context, page, session } = await open(browser);
  // The files are in the cache, as on any visit but the first.
  await page.goto(`${url}/c/${LIVE}`, { waitUntil: 'load' });
  if (slower > 1) await session.send('Emulation.setCPUThrottlingRate', { rate: slower });
  await page.addInitScript(watch, said(subject));
  await page.goto(`${url}/c/${LONG}`);
  await shown(page);
  const result = await page.evaluate(() => [globalThis.shownAt, globalThis.shown]);
  await context.close();
  return result;
}

/** Watches the answer of 20,000 characters come. */
async function live(browser, url, subject) {
  const { context, page, figure } = await open(browser);
  await page.goto(`${url}/c/${LIVE}`);
  await page.waitForSelector(subject.message);
  await page.waitForFunction((selector) => [...document.querySelectorAll(selector)].at(-1)?.textContent.length > 50, subject.message, { timeout: 60_000 });
  const from = await page.evaluate(() => performance.now());
  const [script, layout] = [await figure('ScriptDuration'), await figure('LayoutDuration')];
  await page.waitForTimeout(11_000);
  const tasks = await page.evaluate((from) => globalThis.longTasks.filter((task) => task.startTime >= from).map((task) => task.duration), from);
  const result = {
    script: (await figure('ScriptDuration')) - script,
    layout: (await figure('LayoutDuration')) - layout,
    tasks: tasks.filter((ms) => ms > LONG_TASK_MS).length,
    longest: Math.max(0, ...tasks),
    heap: (await figure('JSHeapUsedSize')) / 1_048_576,
    characters: await page.evaluate((selector) => [...document.querySelectorAll(selector)].at(-1).textContent.length, subject.message),
  };
  await context.close();
  return result;
}

const browser = await chromium.launch({ executablePath: process.argv[2] ?? '/usr/bin/chromium', args: FLAGS });
const rows = [];
for (const subject of SUBJECTS) rows.push({ subject, server: await serve(subject.folder), loads: [], fast: [], slow: [], live: [] });
for (const { subject, server, loads } of rows) {
  for (const [path, usable] of [['/', { selector: subject.empty, characters: 0 }], [`/c/${PLAIN}`, said(subject)], [`/c/${LONG}`, said(subject)]]) {
    loads.push(await firstLoad(browser, server.url + path, subject.folder, usable));
  }
}
for (let round = 0; round < ROUNDS; round += 1) {
  for (const row of rows) {
    row.fast.push(await history(browser, row.server.url, row.subject, 1));
    row.slow.push(await history(browser, row.server.url, row.subject, 4));
    row.live.push(await live(browser, row.server.url, row.subject));
  }
}
await browser.close();

const of = (row, name, digits) => median(row.live.map((one) => one[name])).toFixed(digits);
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
const worst = (row, name) => Math.max(...row.live.map((one) => one[name])).toFixed(0);
const lines = [
  ['JavaScript until the page can be used, gzip: `/`', ...rows.map((row) => kilobytes(row.loads[0]))],
  ['… a conversation', ...rows.map((row) => kilobytes(row.loads[1]))],
  ['… one with code and formulas', ...rows.map((row) => kilobytes(row.loads[2]))],
  ['a conversation of 200 messages opens', ...rows.map((row) => `${median(row.fast.map(([ms]) => ms)).toFixed(0)} ms`)],
  ['… with the CPU slowed four times', ...rows.map((row) => `${median(row.slow.map(([ms]) => ms)).toFixed(0)} ms`)],
  ['… of which are drawn at first', ...rows.map((row) => String(row.fast[0][1]))],
  ['20,000 characters at 100 updates/s: script', ...rows.map((row) => `${of(row, 'script', 2)} s`)],
  ['… layout', ...rows.map((row) => `${of(row, 'layout', 2)} s`)],
  ['… long tasks (over 50 ms), in the worst round', ...rows.map((row) => worst(row, 'tasks'))],
  ['… the longest of all rounds', ...rows.map((row) => `${worst(row, 'longest')} ms`)],
  ['… heap', ...rows.map((row) => `${of(row, 'heap', 0)} MiB`)],
  ['… characters shown', ...rows.map((row) => of(row, 'characters', 0))],
];
rows.forEach((row) => row.server.close());
process.stdout.write(`\n| The page, medians of ${ROUNDS} rounds | ${rows.map((row) => row.subject.name).join(' | ')} |\n|---|${rows.map(() => '---:|').join('')}\n`);
for (const line of lines) process.stdout.write(`| ${line.join(' | ')} |\n`);
