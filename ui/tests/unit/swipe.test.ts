import { expect, it } from 'vitest';
import { endsOpen, meant } from '../../src/touch/swipe';

it('a finger draws the sidebar only when it goes sideways, the way that changes something', () => {
  expect(meant(4, 3, false)).toBe('unclear');
  expect(meant(14, 3, false)).toBe('ours');
  expect(meant(-14, 3, false)).toBe('other');
  expect(meant(-14, 3, true)).toBe('ours');
  expect(meant(14, 3, true)).toBe('other');
  expect(meant(14, 12, false)).toBe('other');
  expect(meant(2, 30, false)).toBe('other');
});

it('a flick decides, and otherwise where it was left', () => {
  expect(endsOpen(40, 320, 0.9)).toBe(true);
  expect(endsOpen(300, 320, -0.9)).toBe(false);
  expect(endsOpen(170, 320, 0.1)).toBe(true);
  expect(endsOpen(150, 320, -0.1)).toBe(false);
});
