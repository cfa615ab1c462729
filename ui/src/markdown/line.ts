// A cursor over one line. Markdown counts indentation in columns, where a tab reaches to the next multiple of four.

const TAB = 4;

export class Line {
  /** Index of the next character to read. */
  offset = 0;
  column = 0;
  /** The next character is a tab of which some columns are already taken. */
  #insideTab = false;
  /** Index and column of the next character that is neither space nor tab. */
  next = 0;
  nextColumn = 0;

  constructor(
    /** The line without its end. */
    readonly text: string,
    /** The source offset of its first character. */
    readonly start: number,
  ) {
    this.#look();
  }

  get indent(): number {
    return this.nextColumn - this.column;
  }

  get indented(): boolean {
    return this.indent >= TAB;
  }

  get blank(): boolean {
    return this.next >= this.text.length;
  }

  /** The text from the next character that is not white space. */
  get rest(): string {
    return this.text.slice(this.next);
  }

  /** The source offset of the next character to read. */
  get source(): number {
    return this.start + this.offset;
  }

  peek(index: number): string {
    return this.text.charAt(index);
  }

  /** Takes characters; a tab counts as one. */
  skip(characters: number): void {
    for (let left = characters; left > 0 && this.offset < this.text.length; left -= 1) {
      this.column += this.peek(this.offset) === '\t' ? TAB - (this.column % TAB) : 1;
      this.#insideTab = false;
      this.offset += 1;
    }
    this.#look();
  }

  /** Takes columns of indentation; a tab may be taken in part. */
  skipColumns(columns: number): void {
    let left = columns;
    while (left > 0 && this.offset < this.text.length) {
      const tab = this.peek(this.offset) === '\t';
      const width = tab ? TAB - (this.column % TAB) : 1;
      const taken = Math.min(width, left);
      this.column += taken;
      left -= taken;
      this.#insideTab = tab && taken < width;
      if (!this.#insideTab) this.offset += 1;
    }
    this.#look();
  }

  skipIndent(): void {
    this.offset = this.next;
    this.column = this.nextColumn;
    this.#insideTab = false;
  }

  /** What is left, with the untaken part of a tab as spaces. */
  take(): string {
    if (!this.#insideTab) return this.text.slice(this.offset);
    return ' '.repeat(TAB - (this.column % TAB)) + this.text.slice(this.offset + 1);
  }

  #look(): void {
    let index = this.offset;
    let column = this.column;
    for (; index < this.text.length; index += 1) {
      const character = this.peek(index);
      if (character === '\t') column += TAB - (column % TAB);
      else if (character === ' ') column += 1;
      else break;
    }
    this.next = index;
    this.nextColumn = column;
  }
}
