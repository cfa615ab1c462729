// Making elements.

/** An element with a class and children. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className = '',
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  if (className !== '') made.className = className;
  made.append(...children);
  return made;
}

/** A button that says what it does. */
export function button(label: string, className: string, press: (button: HTMLButtonElement) => void): HTMLButtonElement {
  const made = element('button', className, label);
  made.type = 'button';
  made.addEventListener('click', () => {
    press(made);
  });
  return made;
}

const SAID_MILLISECONDS = 2_000;

/** Lets a button say for a while that it has done its work. */
export function say(made: HTMLButtonElement, said: string, label: string): void {
  made.textContent = said;
  setTimeout(() => {
    made.textContent = label;
  }, SAID_MILLISECONDS);
}
