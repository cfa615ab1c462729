// Character references and backslash escapes.
//
// The browser itself knows the names of all two thousand of them. Nothing gets to its parser but a name of letters and digits.

const known = new Map<string, string | undefined>();
const parser = new DOMParser();

/** What a name stands for, if it stands for anything. */
function named(name: string): string | undefined {
  if (!known.has(name)) {
    const read = parser.parseFromString(`<p>&${name};`, 'text/html').body.textContent;
    // Of some names a browser takes the beginning for a reference without a semicolon, which stays then.
    known.set(name, read.endsWith(';') && name !== 'semi' ? undefined : read);
  }
  return known.get(name);
}

const REFERENCE = /&(?:#[xX]([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([A-Za-z][A-Za-z0-9]{1,31}));/y;

/** Reads a character reference at `from`: what it stands for and the index behind it. */
export function readReference(text: string, from: number): { value: string; end: number } | null {
  REFERENCE.lastIndex = from;
  const found = REFERENCE.exec(text);
  if (found === null) return null;
  const [whole, hexadecimal, decimal, name] = found;
  const value = name === undefined ? character(hexadecimal, decimal) : named(name);
  return value === undefined ? null : { value, end: from + whole.length };
}

function character(hexadecimal: string | undefined, decimal: string | undefined): string {
  const code = hexadecimal === undefined ? Number.parseInt(decimal ?? '0', 10) : Number.parseInt(hexadecimal, 16);
  const impossible = code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff);
  return impossible ? '\ufffd' : String.fromCodePoint(code);
}

/** Resolves the escapes and references of a destination, a title or an info string. */
export function unescapeText(text: string): string {
  if (!/[\\&]/.test(text)) return text;
  return text.replace(/\\([!-/:-@[-`{-~])|&[#A-Za-z][^;\s]{0,31};/g, (whole: string, escaped: string | undefined) =>
    escaped ?? readReference(whole, 0)?.value ?? whole,
  );
}
