import type { Preferences } from '../app/preferences.svelte';

/** Puts a theme on the page; `system` leaves it to the style sheet's media query. */
export function wear(theme: Preferences['theme']): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}
