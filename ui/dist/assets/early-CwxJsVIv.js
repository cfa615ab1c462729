// Runs before anything is painted, so that a page in the other theme never flashes. The rest of the
// page sets the same attribute from the same preference (theme.ts).
try {
  const kept = JSON.parse(localStorage.getItem('tsuzuki.preferences') ?? '{}');
  if (kept.theme === 'light' || kept.theme === 'dark') document.documentElement.dataset.theme = kept.theme;
} catch {
  // Nothing kept: the system's theme.
}
