// What fills the page: a conversation, or what stands there before the first message. Only one of them is needed at first.

export const thread = () => import('./Thread.svelte');
export const empty = () => import('./Empty.svelte');
