// Files dropped anywhere on the page go to the composer that is on it.

let take: ((files: readonly File[]) => void) | null = null;

export function onDropped(taking: (files: readonly File[]) => void): () => void {
  take = taking;
  return () => {
    if (take === taking) take = null;
  };
}

export const dropped = (files: readonly File[]): void => take?.(files);
