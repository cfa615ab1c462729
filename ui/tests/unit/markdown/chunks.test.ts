// However a text is cut into pieces, the page is the same.

import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { render } from '../../../src/markdown';
import { markdown } from './constructs';
import { cut, once, options, partly, place, tree } from './page';

// Formulas and highlighting come when they can; what is compared here is the page without them.
vi.mock('katex', () => Promise.reject(new Error('not here')));
vi.mock('highlight.js/lib/common', () => Promise.reject(new Error('not here')));

/** Runs of each property; for a longer search: `FUZZ=20000 npx vitest run tests/unit/markdown/chunks`. */
const RUNS = Number(import.meta.env['FUZZ'] ?? 400);
const TIME = 20_000 + RUNS * 50;
/** So many runs at a time: between them timers get their turn, and memory is given back. */
const BATCH = 200;
const CUTS = fc.array(fc.nat(5_000), { maxLength: 12 });

async function hold<Values>(property: fc.IProperty<Values>, runs = RUNS): Promise<void> {
  for (let left = runs; left > 0; left -= BATCH) {
    fc.assert(property, { numRuns: Math.min(left, BATCH) });
    place();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

test('any pieces give the page of the whole', { timeout: TIME }, async () => {
  await hold(
    fc.property(markdown, CUTS, (source, cuts) => {
      const into = place();
      const rendering = render(into, options);
      for (const piece of cut(source, cuts)) {
        rendering.push(piece);
        rendering.flush();
      }
      rendering.done();
      const streamed = tree(into);
      expect(streamed).toBe(tree(once(source)));
    }),
  );
});

test('what is shown on the way depends only on what has arrived', { timeout: TIME }, async () => {
  await hold(
    fc.property(markdown, CUTS, (source, cuts) => {
      const into = place();
      const rendering = render(into, options);
      for (const piece of cut(source, cuts)) {
        rendering.push(piece);
        rendering.flush();
      }
      const streamed = tree(into);
      expect(streamed).toBe(tree(partly(source).into));
    }),
  );
});

test('character by character', { timeout: TIME }, async () => {
  await hold(
    fc.property(markdown, (source) => {
      const into = place();
      const rendering = render(into, options);
      for (const character of source.split('')) {
        rendering.push(character);
        rendering.flush();
      }
      rendering.done();
      const streamed = tree(into);
      expect(streamed).toBe(tree(once(source)));
    }),
    RUNS / 10,
  );
});

test('every place of the source is on the page, and leads back near itself', { timeout: TIME }, async () => {
  await hold(
    fc.property(markdown, fc.nat(5_000), (source, at) => {
      const { rendering } = partly(source);
      const offset = at % (source.length + 1);
      const found = rendering.placeOf(offset);
      if (found === null) return;
      const back = rendering.offsetOf(found.element, 0);
      expect(back).not.toBeNull();
      expect(back ?? 0).toBeLessThanOrEqual(source.length);
    }),
    RUNS / 5,
  );
});
