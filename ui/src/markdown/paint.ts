// When to paint: at most once per frame, and never so often that painting takes more than a sixth of the time.

/** The next paint waits for so many times the cost of the last one. */
const REST = 5;
/** A page that is not in front gets no frames; then this is the pace. */
const HIDDEN_MILLISECONDS = 500;

export class Painter {
  #frame: number | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #notBefore = 0;

  /** `paint` tells whether more is left to paint. */
  constructor(private readonly paint: () => boolean) {}

  /** Asks for a paint. */
  ask(): void {
    if (this.#frame !== null || this.#timer !== null) return;
    const wait = this.#notBefore - performance.now();
    if (wait > 0) this.#wait(wait, this.#nextFrame);
    else this.#nextFrame();
  }

  /** Takes the request back. */
  cancel(): void {
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#frame = null;
    this.#timer = null;
  }

  #wait(milliseconds: number, then: () => void): void {
    this.#timer = setTimeout(() => {
      this.#timer = null;
      then();
    }, milliseconds);
  }

  readonly #nextFrame = (): void => {
    if (document.hidden || typeof requestAnimationFrame !== 'function') {
      this.#wait(HIDDEN_MILLISECONDS, this.#run);
      return;
    }
    this.#frame = requestAnimationFrame(this.#run);
  };

  readonly #run = (): void => {
    this.cancel();
    const start = performance.now();
    const more = this.paint();
    const end = performance.now();
    this.#notBefore = end + REST * (end - start);
    if (more) this.ask();
  };
}
