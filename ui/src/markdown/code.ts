// A block of code: a head with its language and its buttons, there from the first line, and the code, which only grows.

import type { Block } from './block';
import { button, element, say } from './element';
import { loadHighlighter, loadedHighlighter } from './highlight';
import { placeBlock, placeText } from './places';
import type { Surface } from './surface';
import type { View } from './view';

export class CodeView implements View {
  readonly element: HTMLElement;
  readonly #code = element('code');
  readonly #text = document.createTextNode('');
  readonly #language = element('span', 'code-language');
  readonly #actions = element('span', 'code-actions');
  #finished = false;

  constructor(
    private readonly block: Block,
    private readonly surface: Surface,
  ) {
    const { words } = surface.options;
    this.#code.append(this.#text);
    const body = element('pre', '', this.#code);
    // A box that scrolls must be reachable by keyboard.
    body.tabIndex = 0;
    const wrap = button(words.wrap, 'code-wrap', (pressed) => {
      pressed.setAttribute('aria-pressed', String(this.element.classList.toggle('wraps')));
    });
    wrap.setAttribute('aria-pressed', 'false');
    this.#actions.append(
      button(words.copy, 'code-copy', (pressed) => {
        surface.copy(this.#text.data, () => {
          say(pressed, words.copied, words.copy);
        });
      }),
      wrap,
      button(words.download, 'code-download', () => {
        void import('./download').then(({ downloadCode }) => downloadCode(languageOf(this.block), this.#text.data));
      }),
    );
    this.element = element('div', 'code', element('div', 'code-head', this.#language, this.#actions), body);
    this.element.dir = 'ltr';
    placeBlock(this.element, block.start);
  }

  update(block: Block): void {
    const language = languageOf(block);
    if (this.#language.textContent !== language) this.#language.textContent = language;
    const shown = visibleCode(block);
    const before = this.#text.data;
    if (shown.startsWith(before)) this.#text.appendData(shown.slice(before.length));
    else this.#text.data = shown;
    placeText(this.#code, block.spots, 0);
    if (block.final && !this.#finished) this.#finish(language, shown);
  }

  placeAt(): HTMLElement {
    return this.element;
  }

  /** The fence is closed: no more characters come, so now the code may be cut into highlighted pieces. */
  #finish(language: string, code: string): void {
    this.#finished = true;
    if (language === 'mermaid') this.#draw(code);
    if (language === '' || code === '') return;
    const paint = (): void => {
      this.surface.later.add(() => {
        const nodes = loadedHighlighter()?.(code, language);
        if (nodes) this.#code.replaceChildren(nodes);
      });
    };
    if (loadedHighlighter() !== null) paint();
    else loadHighlighter().then(paint, () => undefined);
  }

  #draw(source: string): void {
    // Where the module cannot be had, the source stays, as it does when a diagram cannot be drawn.
    import('./diagram').then(
      ({ DiagramView }) => {
        if (!this.surface.gone.aborted) new DiagramView(this.element, this.#actions, source, this.surface);
      },
      () => undefined,
    );
  }
}

/** The language that the fence names: the first word behind it. */
function languageOf(block: Block): string {
  const info = block.shape.kind === 'code' ? block.shape.info : '';
  return (/^[^\s{,:]{1,40}/.exec(info)?.[0] ?? '').toLowerCase();
}

/** The code without the end of its last line; indented code also without blank lines at its end. */
function visibleCode(block: Block): string {
  const { text, shape } = block;
  if (shape.kind === 'code' && shape.fence !== null) return text.endsWith('\n') ? text.slice(0, -1) : text;
  let end = text.length;
  for (let line = text.lastIndexOf('\n', end - 1); end > 0; line = text.lastIndexOf('\n', end - 1)) {
    if (text.slice(line + 1, end).trim() !== '') break;
    end = Math.max(line, 0);
  }
  return text.slice(0, end);
}
