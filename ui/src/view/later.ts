// The parts of the page that come later, in the order in which they are likely to be wanted.

export const parts: readonly (() => Promise<unknown>)[] = [
  () => import('./Thread.svelte'),
  () => import('./Dialogs.svelte'),
  () => import('./Palette.svelte'),
  () => import('./AnswerMenu.svelte'),
  () => import('./RowMenu.svelte'),
  () => import('./PageMenu.svelte'),
  () => import('./TitleField.svelte'),
  () => import('./ModelPicker.svelte'),
  () => import('./QuestionEditor.svelte'),
  () => import('./Queue.svelte'),
  () => import('./uploading'),
  () => import('./Chips.svelte'),
  () => import('./Details.svelte'),
  () => import('./Seams.svelte'),
  () => import('./Trouble.svelte'),
  () => import('./Meter.svelte'),
  () => import('./Settings.svelte'),
  () => import('./Preferences.svelte'),
  () => import('./Keys.svelte'),
  () => import('./Empty.svelte'),
];
