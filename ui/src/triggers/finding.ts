// What of a list fits what was typed.

export interface Findable {
  readonly group: string;
  /** What it can be found by; the first is its name. */
  readonly names: readonly string[];
}

/** A text as it is compared: without capitals, spaces, hyphens, wide letters, or the difference between
 * hiragana and katakana. */
export function plain(text: string): string {
  const KANA = 0x60;
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_-]+/g, '')
    .replace(/[\u30a1-\u30f6]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - KANA));
}

const AT_THE_START = 0;
const INSIDE = 1;

/** How well one fits: at the start of one of its names, inside of one, or not at all. */
function fit(names: readonly string[], wanted: string): number | null {
  const all = names.map(plain);
  if (all.some((name) => name.startsWith(wanted))) return AT_THE_START;
  return all.some((name) => name.includes(wanted)) ? INSIDE : null;
}

/** Those that fit, the best first, each group together: a group stands where its best one does. */
export function fitting<Entry extends Findable>(entries: readonly Entry[], typed: string): Entry[] {
  const wanted = plain(typed);
  const groups = new Map<string, { entry: Entry; at: number }[]>();
  for (const entry of entries) {
    const at = fit(entry.names, wanted);
    if (at !== null) groups.set(entry.group, [...(groups.get(entry.group) ?? []), { entry, at }]);
  }
  const best = (group: { at: number }[]) => Math.min(...group.map(({ at }) => at));
  return [...groups.values()]
    .sort((one, other) => best(one) - best(other))
    .flatMap((group) => group.toSorted((one, other) => one.at - other.at).map(({ entry }) => entry));
}
