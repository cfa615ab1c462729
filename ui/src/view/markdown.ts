/** The Markdown module, which a page without answers does without. */
export const markdown = () => import('../markdown');
