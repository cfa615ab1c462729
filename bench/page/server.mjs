// Serves a built page and as much of the chat's API as opening a conversation and watching an answer
// needs. Both pages read the same events from it.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { markdown, pieces, prose } from './texts.mjs';

const KINDS = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
const UPDATES_A_SECOND = 100;
const CHARACTERS_AN_UPDATE = 20;
const LIVE_CHARACTERS = 20_000;
const HISTORY = 200;
const HISTORY_CHARACTERS = 4_000;

export const LONG = '0190a000-0000-7000-8000-000000000001';
/** Like `LONG`, but without code and formulas. */
export const PLAIN = '0190a000-0000-7000-8000-000000000003';
export const LIVE = '0190a000-0000-7000-8000-000000000002';
const RUN = '0190a000-0000-7000-8000-00000000000f';

const id = (number) => `0190a000-0000-7000-8000-${String(number).padStart(12, '0')}`;
const spent = { answers: 1, parts: 1, input: 10, output: 10, cache_read: 0, cache_write: 0, cost: 0.01, continuing: 0, estimated: false };
const making = (run) => ({ model: 'us.anthropic.claude-sonnet-5', region: null, run, parts: [], seams: [], spent, ms: 1000, dropped: [], problem: null });

function conversation(its) {
  return { id: its, title: 'A long conversation', titled: 'user', pinned: false, folder: null, created_at: 1, updated_at: 2, read_at: 3, shape: {}, head: null, standing: 'quiet', spent };
}

function message(number, conversation, role, text, state = 'complete') {
  return {
    id: id(1000 + number),
    conversation,
    parent: number === 0 ? null : id(999 + number),
    role,
    created_at: number,
    blocks: text === '' ? [] : [{ number: 0, kind: 'text', text }],
    attachments: [],
    state,
    making: role === 'assistant' ? making(state === 'running' ? RUN : null) : null,
    siblings: [id(1000 + number)],
  };
}

function thread(its, limit) {
  if (its === LIVE) {
    const messages = [message(0, LIVE, 'user', 'Write at length.'), message(1, LIVE, 'assistant', '', 'running')];
    return { conversation: { ...conversation(LIVE), head: messages[1].id, standing: 'running' }, messages, older: false, cursors: [`${RUN}:0.0`] };
  }
  const all = Array.from({ length: HISTORY }, (_, n) =>
    n % 2 === 0
      ? message(n, its, 'user', `Question ${n / 2 + 1}: and then?`)
      : message(n, its, 'assistant', its === PLAIN ? prose(HISTORY_CHARACTERS, n) : markdown(HISTORY_CHARACTERS, n)),
  );
  const messages = all.slice(-limit);
  return { conversation: { ...conversation(its), head: all.at(-1).id }, messages, older: messages.length < all.length, cursors: [] };
}

/** The events of the live answer, at its pace; the page may come again. */
function stream(response, follow) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  response.write('retry: 1000\n\nevent: hello\ndata: {"version":"bench","build":"bench"}\n\n');
  if (follow !== LIVE) return;
  const all = pieces(markdown(LIVE_CHARACTERS), CHARACTERS_AN_UPDATE);
  const began = performance.now();
  let sent = 0;
  const say = (from, entries) => {
    const data = JSON.stringify({ conversation: LIVE, message: id(1001), run: RUN, from, entries });
    response.write(`event: entries\nid: ${RUN}:0.${from + entries.length}\ndata: ${data}\n\n`);
  };
  const timer = setInterval(() => {
    const due = Math.min(all.length, Math.floor(((performance.now() - began) / 1000) * UPDATES_A_SECOND));
    // One event an update, however late the timer is: that is what the page must bear.
    for (; sent < due; sent += 1) say(sent, [{ kind: 'text', block: 0, text: all[sent] }]);
    if (sent === all.length) {
      clearInterval(timer);
      say(sent, [{ kind: 'over', state: 'complete', making: making(RUN) }]);
    }
  }, 1000 / UPDATES_A_SECOND);
  response.on('close', () => clearInterval(timer));
}

const about = {
  version: 'bench', build: 'bench', sign_in: 'open', user: 'local', signed_in: true, default_model: 'us.anthropic.claude-sonnet-5',
  backend: { kind: 'bedrock', told: 'a stand-in', region: 'us-east-1', profile: null, credentials: null },
  limits: { message_chars: 1e6, attachment_bytes: 1e6, image_bytes: 1e6, document_bytes: 1e6, attachments_per_message: 5, body_bytes: 1e7 },
  policy: { mode: 'extend', max_parts: 64, max_output_tokens: 128000, max_cost: 2, max_seconds: null, seams: 'best_effort' },
};

function api(url, response) {
  const path = url.pathname.replace('/api/v1/', '');
  const [kind, which] = path.split('/');
  if (path === 'events') return stream(response, url.searchParams.get('conversation'));
  const answers = {
    about: () => about,
    conversations: () => which ? thread(which, Number(url.searchParams.get('limit') ?? 50)) : { conversations: [conversation(LONG), conversation(LIVE)], more: false },
    models: () => ({ models: [] }),
    defaults: () => ({ shape: {}, titles: 'words' }),
    usage: () => ({ days: [], total: spent }),
  };
  const answer = answers[kind];
  response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' });
  response.end(JSON.stringify(answer ? answer() : { title: 'Not found', status: 404, detail: 'not in this bench', code: 'missing' }));
}

/** Serves the built page in this folder on a free port of loopback. */
export async function serve(folder) {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost');
    if (url.pathname.startsWith('/api/')) {
      request.resume();
      return api(url, response);
    }
    const path = extname(url.pathname) === '' ? '/index.html' : normalize(url.pathname);
    try {
      const body = await readFile(join(folder, path));
      response.writeHead(200, { 'content-type': KINDS[extname(path)] ?? 'application/octet-stream' });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
