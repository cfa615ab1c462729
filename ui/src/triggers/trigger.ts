// What the caret stands in: a sign that asks for a list, and what was typed behind it.

/** `/` asks for prompts and commands, `@` for a model, `#` for a file. */
export type Sign = '/' | '@' | '#';

export interface Trigger {
  readonly sign: Sign;
  /** Where the sign stands. */
  readonly from: number;
  /** Where the caret stands. */
  readonly to: number;
  /** What stands between them. */
  readonly typed: string;
}

/** Signs as Japanese keyboards write them, too. */
const SIGNS: Readonly<Record<string, Sign>> = { '/': '/', '／': '/', '@': '@', '＠': '@', '#': '#', '＃': '#' };

/** Nothing in a list has a longer name. */
const LONGEST = 80;

/** At the beginning, or behind what is no part of a word, an address or a number. Languages that part
 * words by nothing may have one anywhere. */
const IN_TEXT = /(?:^|[^\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{N}_.%+\-/@#&＠＃])([@#＠＃])([^\s@#＠＃]*)$/u;

/** What stands before the caret and asks for a list, if something does. */
export function triggerAt(text: string, caret: number): Trigger | null {
  const before = text.slice(0, caret);
  // A sign further away has a longer name behind it than any list has.
  const found = IN_TEXT.exec(before.slice(-LONGEST - 2));
  const [mark, typed] = found ? [found[1]!, found[2]!] : [before.charAt(0), before.slice(1)];
  const sign = SIGNS[mark];
  if (!sign || typed.length > LONGEST) return null;
  // A command stands at the very beginning and may have spaces in it, but not before it.
  if (!found && (sign !== '/' || /^\s|\n/.test(typed))) return null;
  return { sign, from: caret - typed.length - 1, to: caret, typed };
}
