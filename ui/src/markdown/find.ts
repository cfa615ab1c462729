// Searches in one text that remember what they found, so that looking for a closing mark from every opening one stays linear.

export class Finder {
  readonly #next = new Map<string, number>();
  #runs: Map<number, number[]> | null = null;

  constructor(private readonly text: string) {}

  /** The index of `mark` at `from` or behind. Calls for the same mark must go forward. */
  find(mark: string, from: number): number | null {
    let found = this.#next.get(mark);
    if (found === undefined || (found >= 0 && found < from)) {
      found = this.text.indexOf(mark, from);
      this.#next.set(mark, found);
    }
    return found < 0 ? null : found;
  }

  /** The index of a run of exactly `length` backticks at `from` or behind. Calls must go forward. */
  run(length: number, from: number): number | null {
    this.#runs ??= this.#readRuns();
    // The last of a list is its first index: lists are kept backwards, to be taken from the end.
    const starts = this.#runs.get(length);
    if (starts === undefined) return null;
    while (starts.length > 0 && (starts[starts.length - 1] ?? 0) < from) starts.pop();
    return starts[starts.length - 1] ?? null;
  }

  #readRuns(): Map<number, number[]> {
    const runs = new Map<number, number[]>();
    for (const found of this.text.matchAll(/`+/g)) {
      const starts = runs.get(found[0].length);
      if (starts === undefined) runs.set(found[0].length, [found.index]);
      else starts.push(found.index);
    }
    for (const starts of runs.values()) starts.reverse();
    return runs;
  }
}
