import { describe, expect, it } from 'vitest';
import { grown, NEAR_PX, pinned, put, scrolled, sent, shrunk, START, stayed, yielded } from '../../src/scroll/sticky';

describe('sticky scroll', () => {
  const following = put(START, 500);

  it('follows the end while it is pinned, and never goes up', () => {
    expect(grown(following, 540)).toBe(540);
    expect(grown(following, 480)).toBeNull();
  });
  it('takes its own scroll for its own', () => {
    expect(scrolled(following, 501, 0).pinned).toBe(true);
  });
  it('yields to a reader who goes up', () => {
    const read = scrolled(scrolled(following, 500, 0), 480, 40);
    expect(read.pinned).toBe(false);
    expect(grown(read, 900)).toBeNull();
  });
  it('does not take a tremble for a wish', () => {
    expect(scrolled(scrolled(following, 500, 0), 498, 2).pinned).toBe(true);
  });
  it('yields to a wheel before the next growth can hide it', () => {
    expect(grown(yielded(following), 900)).toBeNull();
  });
  it('follows again when the reader comes back to the end, and only then', () => {
    const away = yielded(following);
    expect(scrolled(away, 600, NEAR_PX + 1).pinned).toBe(false);
    expect(scrolled(away, 600, NEAR_PX).pinned).toBe(true);
  });
  it('is not brought back by a text that shrinks under a reader', () => {
    expect(scrolled(yielded(following), 500, 0).pinned).toBe(false);
  });
  it('goes on following a text that shrank and grows again', () => {
    const short = shrunk(scrolled(following, 500, 0), 0);
    expect(grown(scrolled(short, 0, 900), 900)).toBe(900);
    expect(shrunk(following, 700)).toBe(following);
  });
  it('follows again by wish', () => {
    expect(grown(pinned(yielded(following)), 900)).toBe(900);
  });
  it('takes every step of its own smooth way for its own', () => {
    const arrived = [520, 560, 590, 600].reduce((now, top) => scrolled(now, top, 0), stayed(sent(following, 600)));
    expect(arrived).toEqual({ pinned: false, top: 600, expected: null });
    // Also on the way up, whatever the layout does meanwhile.
    const up = [450, 300].reduce((now, top) => scrolled(shrunk(now, top), top, 900), sent(following, 300));
    expect(up).toEqual({ pinned: true, top: 300, expected: null });
  });
  it('yields to a reader who turns round on that way', () => {
    const halfway = scrolled(sent(following, 900), 700, 200);
    expect(scrolled(halfway, 650, 250).pinned).toBe(false);
    expect(scrolled(yielded(halfway), 720, 180).pinned).toBe(false);
  });
  it('does not hurry a smooth way that leads to the end', () => {
    expect(grown(sent(following, 600), 600)).toBeNull();
    expect(grown(sent(following, 600), 640)).toBe(640);
  });
});
