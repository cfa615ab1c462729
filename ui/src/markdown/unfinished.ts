// A text that is still being written, made to look as it probably will when it is finished.
//
// Nothing here has a say in the finished page: it only avoids showing marks for a moment that will turn out to be none of
// the reader's business, and text that changes its face as soon as the next characters arrive.

import { characterBefore, isCjk, type Delimiter } from './emphasis';

/** How far back an unfinished link may start. */
const LOOK_BACK = 2_000;

/** Takes unfinished marks off the end of a text. */
export function withoutUnfinishedEnd(text: string): string {
  const link = text.lastIndexOf('](');
  if (link >= 0 && text.length - link < LOOK_BACK && !text.includes(')', link) && !text.includes('\n', link)) {
    // The text of the link is there and its address is on the way: a link that leads nowhere yet.
    return `${text.slice(0, link)}](<>)`;
  }
  return text.replace(/(?:[*_~`]{1,3}|!?\[|!|\\)$/, '').trimEnd();
}

/** Is an open run of marks more likely the start of emphasis than a sign of its own, as in `5 * 3` or `2*x`? */
export function likelyEmphasis(text: string): (delimiter: Delimiter) => boolean {
  return ({ at, left, mark }) => {
    if (left >= 2) return true;
    const before = characterBefore(text, at);
    return mark !== '~' && (before === '' || /^[\s\p{P}]$/u.test(before) || isCjk(before));
  };
}

/** A line that has nothing but marks so far says nothing yet: `-` may become an item, a rule or the underline of a heading. */
export function saysNothing(line: string): boolean {
  return line.length < 200 && /^[ \t]*(?:>[ \t]*)*(?:\d{1,9}[.)]?[ \t]*|[-=*_+#`~|:$\\[\]! \t]*)$/.test(line);
}

/** Is a paragraph so far the start of a link definition, or the header of a table whose second line is on the way? */
export function becomesSomethingElse(paragraph: string): boolean {
  if (paragraph.length > 1_000) return false;
  const definition = /^\[[^^[\]\n][^[\]\n]*\]:[ \t]*\S*\n?$/.test(paragraph);
  const header = /^\| [^\n]*\n?$/.test(paragraph) && (paragraph.length < 200 || paragraph.trimEnd().endsWith('|'));
  return definition || header;
}
