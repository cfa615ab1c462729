// Whether a line goes on with a block that is open. What belongs to the block's mark is taken from the line.

import type { Block, Fence } from './block';
import type { Line } from './line';

/** The line goes on with the block, closes it and is used up, or has nothing to do with it. */
export type Continuation = 'goes on' | 'ends here' | 'does not fit';

export function continues(block: Block, line: Line): Continuation {
  const shape = block.shape;
  switch (shape.kind) {
    case 'document':
    case 'list':
      return 'goes on';
    case 'quote':
      if (line.indented || line.peek(line.next) !== '>') return 'does not fit';
      line.skipIndent();
      line.skip(1);
      if (/[ \t]/.test(line.peek(line.offset))) line.skipColumns(1);
      return 'goes on';
    case 'item':
      if (line.blank) {
        // An item may start with one blank line, not with two.
        if (block.children.length === 0) return 'does not fit';
        line.skipIndent();
        return 'goes on';
      }
      if (line.indent < shape.indent) return 'does not fit';
      line.skipColumns(shape.indent);
      return 'goes on';
    case 'footnote':
      if (line.blank) line.skipIndent();
      else if (line.indented) line.skipColumns(4);
      else return 'does not fit';
      return 'goes on';
    case 'paragraph':
    case 'table':
      return line.blank ? 'does not fit' : 'goes on';
    case 'heading':
    case 'rule':
    case 'row':
      return 'does not fit';
    case 'math':
      if (line.blank) return 'does not fit';
      if (!line.text.trimEnd().endsWith(shape.closer)) return 'goes on';
      block.add(`${line.take()}\n`, line.source);
      block.shape = { ...shape, closed: true };
      return 'ends here';
    case 'code':
      return shape.fence === null ? continuesIndented(line) : continuesFenced(shape.fence, line);
  }
}

function continuesFenced(fence: Fence, line: Line): Continuation {
  if (!line.indented && line.peek(line.next) === fence.mark) {
    const mark = line.rest.trimEnd();
    if (mark.length >= fence.length && mark === fence.mark.repeat(mark.length)) return 'ends here';
  }
  line.skipColumns(Math.min(line.indent, fence.indent));
  return 'goes on';
}

function continuesIndented(line: Line): Continuation {
  if (line.indented) line.skipColumns(4);
  else if (line.blank) line.skipIndent();
  else return 'does not fit';
  return 'goes on';
}
