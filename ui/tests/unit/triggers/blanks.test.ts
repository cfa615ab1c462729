import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blankBeside, blanksOf, type Blank } from '../../../src/triggers/blanks';

const at = (caret: number): Blank => ({ from: caret, to: caret });
const TEXT = 'Write about {{topic}} for {{readers}}.';

describe('blanks', () => {
  it('are what stands in two braces on one line', () => {
    expect(blanksOf(TEXT).map(({ from, to }) => TEXT.slice(from, to))).toEqual(['{{topic}}', '{{readers}}']);
    expect(blanksOf('{{テーマ}}について')).toEqual([{ from: 0, to: 7 }]);
    for (const none of ['{{}}', '{a}', '{{a\nb}}', '{{a}', '']) expect(blanksOf(none), none).toEqual([]);
  });
  it('come one after the other, and end', () => {
    const [first, second] = blanksOf(TEXT) as [Blank, Blank];
    expect(blankBeside(TEXT, at(0), 'next')).toEqual(first);
    expect(blankBeside(TEXT, first, 'next')).toEqual(second);
    expect(blankBeside(TEXT, second, 'next')).toBeNull();
    expect(blankBeside(TEXT, second, 'previous')).toEqual(first);
    expect(blankBeside(TEXT, first, 'previous')).toBeNull();
  });
  it('are each met once on the way through any text', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.constantFrom('{{a}}', '{{b c}}', '{', '}}', '\n')), { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        const met: Blank[] = [];
        for (let now: Blank | null = blankBeside(text, at(0), 'next'); now && met.length < 100; now = blankBeside(text, now, 'next')) met.push(now);
        expect(met).toEqual(blanksOf(text));
      }),
    );
  });
});
