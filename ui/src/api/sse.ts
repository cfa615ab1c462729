// Server-sent events, read from pieces of text cut anywhere.

export interface ServerEvent {
  readonly event: string;
  readonly data: string;
  /** The last id seen up to here; empty when there was none. */
  readonly id: string;
}

/** Reads events out of a stream of text: give it pieces as they come, it calls back for each event. */
export function eventReader(told: (event: ServerEvent) => void): (piece: string) => void {
  let rest = '';
  let event = '';
  let data: string[] = [];
  let id = '';
  const line = (text: string) => {
    if (text === '') {
      if (data.length) told({ event: event || 'message', data: data.join('\n'), id });
      event = '';
      data = [];
      return;
    }
    const colon = text.indexOf(':');
    const name = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, '');
    if (name === 'event') event = value;
    else if (name === 'data') data.push(value);
    else if (name === 'id' && !value.includes('\0')) id = value;
  };
  return (piece) => {
    rest += piece;
    // A lone carriage return at the end may be the first half of a line's end.
    const ready = rest.endsWith('\r') ? rest.length - 1 : rest.length;
    const lines = rest.slice(0, ready).split(/\r\n|\n|\r/);
    rest = (lines.pop() ?? '') + rest.slice(ready);
    lines.forEach(line);
  };
}
