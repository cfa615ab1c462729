// Work that may wait: highlighting, formulas, the rest of long tables. It runs in short slices, so that the page stays quick.

const SLICE_MILLISECONDS = 8;

/** One piece of work. A generator yields between steps, to be continued in another slice. */
export type Work = () => void | Generator<undefined, void>;

export class Later {
  readonly #queue: Work[] = [];
  #current: Generator<undefined, void> | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #stopped = false;

  add(work: Work): void {
    if (this.#stopped) return;
    this.#queue.push(work);
    this.#timer ??= setTimeout(this.#slice, 0);
  }

  /** Does everything that waits, now. */
  finish(): void {
    while (this.#step());
  }

  stop(): void {
    this.#stopped = true;
    this.#queue.length = 0;
    this.#current = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  readonly #slice = (): void => {
    this.#timer = null;
    const start = performance.now();
    while (this.#step()) {
      if (performance.now() - start < SLICE_MILLISECONDS) continue;
      // A timer and not a frame: work goes on in a page that is not in front.
      if (!this.#stopped) this.#timer = setTimeout(this.#slice, 1);
      return;
    }
  };

  /** One step; false when nothing is left. */
  #step(): boolean {
    if (this.#current !== null) {
      if (this.#current.next().done === true) this.#current = null;
      return true;
    }
    const work = this.#queue.shift();
    if (work === undefined) return false;
    this.#current = work() ?? null;
    return true;
  }
}
