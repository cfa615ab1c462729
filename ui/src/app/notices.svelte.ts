// Short notices: toasts that may be undone, and sentences for screen readers.

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: 'plain' | 'bad';
  readonly undo: (() => void) | null;
}

const PLAIN_MS = 5_000;

let toasts = $state.raw<readonly Toast[]>([]);
let announced = $state('');
let count = 0;

export const notices = (): readonly Toast[] => toasts;
export const announcement = (): string => announced;

/** Shows a toast; what it says when to take it away again. */
export function notice(text: string, options: { tone?: Toast['tone']; undo?: () => void; ms?: number } = {}): () => void {
  const id = (count += 1);
  const gone = () => (toasts = toasts.filter((toast) => toast.id !== id));
  const undo = options.undo && (() => (gone(), options.undo?.()));
  toasts = [...toasts, { id, text, tone: options.tone ?? 'plain', undo: undo ?? null }];
  setTimeout(gone, options.ms ?? PLAIN_MS);
  return gone;
}

/** Says a sentence to a screen reader, politely. */
export const announce = (text: string): void => {
  announced = text;
};
