// Which message of the visitor is being edited.

import type { Id } from '../api/wire';

let current = $state<Id | null>(null);

export const editing = (): Id | null => current;

export const edit = (message: Id | null): void => {
  current = message;
};
