// The sidebar follows a finger: from beside the left edge it is drawn in, to the left it is pushed out.
//
// The very edge is left alone, because there a swipe belongs to the browser (back) or to the phone. Nothing is prevented:
// the listeners are passive, and a finger that goes up or down scrolls as ever.

export interface Drawer {
  /** Whether the sidebar covers the page, as it does on narrow screens. */
  covers: () => boolean;
  open: () => boolean;
  /** Opens or closes it; when this returns, it is on the page or gone. */
  set: (open: boolean) => void;
  /** The sidebar and the shade behind it, while they are on the page. */
  parts: () => { panel: HTMLElement; shade: HTMLElement } | null;
}

/** Where a finger may begin to draw it in, from the left edge. */
export const FROM_PX = 20;
export const TO_PX = 84;
/** Before a finger has gone so far it says nothing. */
const SLACK_PX = 10;
/** A flick decides, however far it went. */
const FLICK_PX_PER_MS = 0.4;
/** A finger that stayed for so long before it was lifted did not flick. */
const REST_MS = 100;
const SETTLE_MS = 180;

/** What a finger means by its first way: to draw the sidebar (`ours`), something else, or nothing yet. */
export function meant(dx: number, dy: number, open: boolean): 'ours' | 'other' | 'unclear' {
  if (Math.hypot(dx, dy) < SLACK_PX) return 'unclear';
  return Math.abs(dx) > 1.5 * Math.abs(dy) && (open ? dx < 0 : dx > 0) ? 'ours' : 'other';
}

/** Whether it ends open: by the speed of a flick, in CSS pixels a millisecond, or by where it was left. */
export const endsOpen = (shown: number, width: number, speed: number): boolean =>
  Math.abs(speed) > FLICK_PX_PER_MS ? speed > 0 : shown > width / 2;

interface Drag {
  readonly finger: number;
  readonly x: number;
  readonly y: number;
  readonly wasOpen: boolean;
  stage: 'unclear' | 'ours';
  /** Where and when the finger was last seen, and how fast it went. */
  at: number;
  time: number;
  speed: number;
  /** Ends the listening to this finger. */
  readonly over: AbortController;
}

/** Listens until what it returns is called. */
export function swipes(drawer: Drawer): () => void {
  let drag: Drag | null = null;

  const fingerOf = (event: TouchEvent) => [...event.touches].find(({ identifier }) => identifier === drag?.finger);
  const shown = (width: number, { at, x, wasOpen }: Drag) => Math.max(0, Math.min(width, (wasOpen ? width : 0) + at - x));

  function start(event: TouchEvent) {
    const touch = event.touches[0];
    // A second finger wants something else.
    if (drag || !touch || event.touches.length > 1) return leave();
    if (!drawer.covers() || document.querySelector('dialog[open], :popover-open')) return;
    const open = drawer.open();
    const [x, y] = [touch.clientX, touch.clientY];
    if (!open && (x < FROM_PX || x > TO_PX || isTaken(event.target))) return;
    const over = new AbortController();
    drag = { finger: touch.identifier, x, y, wasOpen: open, stage: 'unclear', at: x, time: event.timeStamp, speed: 0, over };
    // Told to what the finger is on and to nothing else: that hears of it even when it leaves the page meanwhile.
    const options = { passive: true, signal: over.signal } as const;
    event.target?.addEventListener('touchmove', move as EventListener, options);
    event.target?.addEventListener('touchend', end as EventListener, options);
    event.target?.addEventListener('touchcancel', leave, options);
  }

  function move(event: TouchEvent) {
    const touch = fingerOf(event);
    if (!drag || !touch) return;
    if (drag.stage === 'unclear') {
      const means = meant(touch.clientX - drag.x, touch.clientY - drag.y, drag.wasOpen);
      if (means === 'other') forget();
      if (means !== 'ours') return;
      drag.stage = 'ours';
      if (!drag.wasOpen) drawer.set(true);
    }
    seen(drag, touch, event.timeStamp);
    draw(drag);
  }

  function seen(now: Drag, { clientX }: Touch, time: number) {
    const past = time - now.time;
    if (past > 0) now.speed = (clientX - now.at) / past;
    now.at = clientX;
    now.time = time;
  }

  function draw(now: Drag) {
    const parts = drawer.parts();
    if (!parts) return;
    const width = parts.panel.offsetWidth;
    parts.panel.style.transform = `translateX(${shown(width, now) - width}px)`;
    parts.shade.style.opacity = String(shown(width, now) / width);
  }

  function end(event: TouchEvent) {
    const touch = [...event.changedTouches].find(({ identifier }) => identifier === drag?.finger);
    if (!drag || !touch) return;
    // It is lifted where it was seen last, or after a last way nobody was told of. If it rested there, it did not flick.
    if (touch.clientX !== drag.at) seen(drag, touch, event.timeStamp);
    else if (event.timeStamp - drag.time > REST_MS) drag.speed = 0;
    settle(false);
  }
  function forget() {
    drag?.over.abort();
    drag = null;
  }
  /** The finger belongs to somebody else now: as it was. */
  const leave = () => settle(true);

  function settle(asItWas: boolean) {
    const now = drag;
    forget();
    if (now?.stage !== 'ours') return;
    const parts = drawer.parts();
    if (!parts) return;
    const { panel, shade } = parts;
    const width = panel.offsetWidth;
    const open = asItWas ? now.wasOpen : endsOpen(shown(width, now), width, now.speed);
    const duration = matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : SETTLE_MS;
    const timing = { duration, easing: 'ease-out', fill: 'forwards' } as const;
    const moves = [
      panel.animate([{ transform: panel.style.transform }, { transform: `translateX(${open ? 0 : -width}px)` }], timing),
      shade.animate([{ opacity: shade.style.opacity }, { opacity: open ? 1 : 0 }], timing),
    ];
    const over = () => {
      if (!open) drawer.set(false);
      panel.style.transform = '';
      shade.style.opacity = '';
      for (const one of moves) one.cancel();
    };
    // An animation of something that left the page meanwhile is over, too.
    Promise.all(moves.map((one) => one.finished)).then(over, () => undefined);
  }

  document.addEventListener('touchstart', start, { passive: true });
  return () => {
    document.removeEventListener('touchstart', start);
    forget();
  };
}

/** Whether what the finger is on has a use of its own for it: writing, marking, scrolling back. */
function isTaken(target: EventTarget | null): boolean {
  if (!(target instanceof Element) || target.closest('input, textarea, select, [contenteditable]')) return true;
  if (!getSelection()?.isCollapsed) return true;
  for (let around: Element | null = target; around; around = around.parentElement) if (around.scrollLeft > 0) return true;
  return false;
}
