import { describe, expect, it } from 'vitest';
import { eventReader, type ServerEvent } from '../../../src/api/sse';
import { cursorOf, cursorsOf, toldBy } from '../../../src/api/told';

const STREAM =
  'retry: 1000\n\n: beat\n\nevent: hello\ndata: {"version":"1","build":"x"}\n\n' +
  'id: r:0.2\nevent: entries\r\ndata: {"conversation":"c","message":"a",\r\ndata: "run":"r","from":0,"entries":[{"kind":"resumed"}]}\r\n\r\n' +
  'event: removed\ndata: {"conversation":"設計"}\n\n';

function read(pieces: readonly string[]): ServerEvent[] {
  const events: ServerEvent[] = [];
  const feed = eventReader((event) => events.push(event));
  pieces.forEach(feed);
  return events;
}

describe('server-sent events', () => {
  const whole = read([STREAM]);

  it('are read with their names, data and ids', () => {
    expect(whole.map((event) => [event.event, event.id])).toEqual([['hello', ''], ['entries', 'r:0.2'], ['removed', 'r:0.2']]);
    expect(whole[1]!.data).toContain('\n');
  });

  it('are the same however the stream is cut', () => {
    for (let size = 1; size < 40; size += 1) {
      const pieces = STREAM.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g'))!;
      expect(read(pieces)).toEqual(whole);
    }
  });

  it('that are not complete are not told', () => {
    expect(read(['event: hello\ndata: {"version"'])).toEqual([]);
  });
});

describe('what the stream says', () => {
  it('has the epoch of its run from the cursors', () => {
    const event = { event: 'entries', id: 'other:4.9,r:2.7', data: '{"conversation":"c","message":"a","run":"r","from":6,"entries":[]}' };
    expect(toldBy(event)).toMatchObject({ event: 'entries', run: 'r', from: 6, epoch: 2 });
  });
  it('is nothing where we do not know the event', () => {
    expect(toldBy({ event: 'weather', id: '', data: '{}' })).toBeNull();
  });
  it('knows a cursor from other texts', () => {
    expect(cursorOf('r:1.20')).toEqual({ run: 'r', epoch: 1, seq: 20 });
    for (const wrong of ['', 'r', 'r:1', 'r:1.', 'r:x.1', 'a,b:1.2']) expect(cursorOf(wrong)).toBeNull();
    expect(cursorsOf('r:1.20,s:0.0')).toHaveLength(2);
    expect(cursorsOf('')).toEqual([]);
  });
});
