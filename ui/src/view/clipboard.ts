/** Puts text on the clipboard; whether it is there. A page reached by plain HTTP from another machine has
 * no clipboard of its own, so an invisible field is copied from there. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement('textarea');
    field.value = text;
    field.className = 'unseen';
    document.body.append(field);
    field.select();
    const copied = document.execCommand('copy');
    field.remove();
    return copied;
  }
}

/** Puts an element's text on the clipboard with its formatting, and `text` for whoever takes plain text. */
export async function copyRich(element: HTMLElement, text: string): Promise<boolean> {
  try {
    const html = new Blob([element.innerHTML], { type: 'text/html' });
    const plain = new Blob([text], { type: 'text/plain' });
    await navigator.clipboard.write([new ClipboardItem({ 'text/html': html, 'text/plain': plain })]);
    return true;
  } catch {
    return copyText(text);
  }
}
