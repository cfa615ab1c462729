// Proves that the committed build is what the sources give: builds into a folder of its own and
// compares every file. Compressed ones are compared by what is in them, since another version of
// Node may compress otherwise.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

const UI = new URL('..', import.meta.url).pathname;
const DIST = join(UI, 'dist');
const fresh = mkdtempSync(join(tmpdir(), 'tsuzuki-page-'));

const names = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));

try {
  execFileSync('npx', ['vite', 'build', '--outDir', fresh, '--emptyOutDir', '--logLevel', 'warn'], { cwd: UI, stdio: 'inherit' });
  const built = names(fresh);
  const kept = names(DIST);
  const wrong = [];
  for (const name of built) {
    if (!kept.includes(name)) wrong.push(`${name} is missing`);
    else if (!readFileSync(join(fresh, name)).equals(readFileSync(join(DIST, name)))) wrong.push(`${name} differs`);
  }
  for (const name of kept) {
    const [, of, how] = /^(.*)\.(br|gz)$/.exec(name) ?? [undefined, name, undefined];
    if (!built.includes(of)) wrong.push(`${name} is of an older build`);
    else if (how !== undefined) {
      const inside = (how === 'br' ? brotliDecompressSync : gunzipSync)(readFileSync(join(DIST, name)));
      if (!inside.equals(readFileSync(join(fresh, of)))) wrong.push(`${name} holds something else`);
    }
  }
  if (wrong.length > 0) {
    console.error(`ui/dist is not what the sources give; run \`make page\`:\n  ${wrong.join('\n  ')}`);
    process.exitCode = 1;
  } else console.log(`ui/dist is what the sources give: ${built.length} files`);
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
