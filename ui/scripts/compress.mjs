// Puts a .br and a .gz beside each file of the build that gets smaller by it: the server compresses nothing.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const DIST = new URL('../dist', import.meta.url).pathname;
/** Fonts are compressed already, and below this a header costs more than it saves. */
const WORTH_IT = /\.(?:html|js|css|svg|json)$/;
const LEAST_BYTES = 512;

for (const name of readdirSync(DIST, { recursive: true })) {
  if (!WORTH_IT.test(name)) continue;
  const file = join(DIST, name);
  const text = readFileSync(file);
  if (text.length < LEAST_BYTES) continue;
  writeFileSync(`${file}.br`, brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: text.length } }));
  writeFileSync(`${file}.gz`, gzipSync(text, { level: 9 }));
}
