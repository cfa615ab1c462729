// Addresses that are links without brackets: `<https://…>`, `<name@host>` and bare `https://…`.

import { allowed } from './links';

const ADDRESS = /<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^<>\s]{0,4000})>/y;
const MAIL = /<([\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,10})>/y;
// Only ASCII: in 「https://example.com/を参照」 the address ends where the Japanese starts.
const BARE = /:\/\/[A-Za-z0-9](?:[!-;=?-_a-z~]){0,4000}/y;

export function autolink(text: string, from: number): { href: string; text: string; end: number } | null {
  ADDRESS.lastIndex = from;
  const address = ADDRESS.exec(text);
  if (address?.[1] !== undefined) {
    const href = allowed(address[1]);
    return href === null ? null : { href, text: address[1], end: from + address[0].length };
  }
  MAIL.lastIndex = from;
  const mail = MAIL.exec(text);
  if (mail?.[1] === undefined) return null;
  return { href: `mailto:${mail[1]}`, text: mail[1], end: from + mail[0].length };
}

/** The bare address whose colon stands at `colon`. */
export function bareAddress(text: string, colon: number): { href: string; start: number } | null {
  const before = text.slice(Math.max(0, colon - 6), colon);
  const scheme = /(?:^|[^A-Za-z0-9])(https?)$/i.exec(before)?.[1];
  if (scheme === undefined) return null;
  BARE.lastIndex = colon;
  const rest = BARE.exec(text)?.[0];
  if (rest === undefined) return null;
  return { href: scheme + withoutPunctuation(rest), start: colon - scheme.length };
}

/** Punctuation at the end belongs to the sentence, and so does a parenthesis that was not opened in the address. */
function withoutPunctuation(address: string): string {
  let opened = 0;
  for (const character of address) {
    if (character === '(') opened += 1;
    else if (character === ')') opened -= 1;
  }
  let end = address.length;
  for (; end > 0; end -= 1) {
    const character = address.charAt(end - 1);
    if (character === ')' && opened < 0) opened += 1;
    else if (!/[?!.,:;*_~'"\]]/.test(character)) break;
  }
  return address.slice(0, end);
}
