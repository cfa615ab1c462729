// What the browser keeps between visits, under `tsuzuki.`. A browser that keeps nothing (private
// windows, full storage) costs the visitor only that.

const PREFIX = 'tsuzuki.';

export function kept<Value>(name: string): Value | null {
  try {
    const text = localStorage.getItem(PREFIX + name);
    return text === null ? null : (JSON.parse(text) as Value);
  } catch {
    return null;
  }
}

export function keep(name: string, value: unknown): void {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Not kept: see above.
  }
}

export function drop(name: string): void {
  try {
    localStorage.removeItem(PREFIX + name);
  } catch {
    // Not kept, so nothing to drop.
  }
}

/** Everything kept under names that begin so. */
export function allKept<Value>(prefix: string): Value[] {
  try {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX + prefix));
    return names.flatMap((name) => kept<Value>(name.slice(PREFIX.length)) ?? []);
  } catch {
    return [];
  }
}
