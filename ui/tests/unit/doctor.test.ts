import { readFileSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CODES, stepName, worded } from '../../src/words/doctor';

const ROOT = resolve('../crates');
const DOCTOR = `${ROOT}/tsuzuki-cli/src/command/doctor`;

/** Every code that the server's doctor may send. */
function sent(): Set<string> {
  const files = [
    `${DOCTOR}.rs`,
    ...readdirSync(DOCTOR).filter((name) => name !== 'phrase.rs').map((name) => `${DOCTOR}/${name}`),
    `${ROOT}/tsuzuki-server/src/web/checkup.rs`,
  ];
  const text = files.map((file) => readFileSync(file, 'utf8')).join('\n');
  const phrases = [...text.matchAll(/(?:Phrase|Worded)::new\(\s*"([a-z_]+)"/g)];
  const hints = [...text.matchAll(/\(\s*"([a-z_]+)",\s*"[^"]* [^"]*",?\s*\)/g)];
  return new Set([...phrases, ...hints].map((found) => found[1]!));
}

/** What the command line alone looks at: the file, and a call that costs money. */
const TYPED = new Set(['store_whole', 'store_damaged', 'store_backup', 'call', 'call_unpriced']);

describe('what the doctor says', () => {
  it('is known by its code in both languages', () => {
    const codes = [...sent()].filter((code) => !TYPED.has(code)).sort();
    expect(codes.length).toBeGreaterThan(20);
    expect([...CODES.en].sort()).toEqual(codes);
    expect([...CODES.ja].sort()).toEqual(codes);
  });
  it('has its values in it, and no English in Japanese', () => {
    const endpoint = { code: 'endpoint', values: { host: 'here' } };
    expect(worded('en', endpoint)).toBe('here answers.');
    expect(worded('ja', endpoint)).toBe('hereから応答がありました。');
    for (const code of CODES.ja) expect(worded('ja', { code, values: {} }), code).toMatch(/[ぁ-ん]/);
    expect(stepName('ja', 'credentials')).toBe('認証情報');
  });
  it('is the sentence of the server where the code is not known', () => {
    expect(worded('ja', { code: 'of_a_newer_server', values: {} })).toBeNull();
    expect(worded('ja', { code: 'constructor', values: {} })).toBeNull();
    expect(worded('ja', undefined)).toBeNull();
    expect(stepName('ja', 'new_step')).toBe('new_step');
  });
});
