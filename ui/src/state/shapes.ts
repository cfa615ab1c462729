// Changes to a shape. A field that is unset is absent: unset is not 0.

import type { Mode, Model, OperatorPolicy, Reach, Shape } from '../api/wire';

/** The shape with one field set, or unset by `undefined`. */
export function withField<Name extends keyof Shape>(shape: Shape, name: Name, value: Shape[Name] | undefined): Shape {
  const { [name]: _old, ...rest } = shape;
  return value === undefined ? (rest as Shape) : { ...rest, [name]: value };
}

/** The shape with one of its limits set, or unset by `undefined`. */
export function withReach<Name extends keyof Reach>(shape: Shape, name: Name, value: Reach[Name] | undefined): Shape {
  const { [name]: _old, ...rest } = shape.reach ?? {};
  const reach: Reach = value === undefined ? rest : { ...rest, [name]: value };
  return withField(shape, 'reach', Object.keys(reach).length ? reach : undefined);
}

/** What a text means as a number of a field: nothing when it is empty or no number in its bounds. */
export function numberOf(text: string, least: number, most: number, step: 'whole' | 'any'): number | undefined {
  if (text.trim() === '') return undefined;
  const value = Number(text);
  if (!Number.isFinite(value)) return undefined;
  const bounded = Math.min(most, Math.max(least, value));
  return step === 'whole' ? Math.round(bounded) : bounded;
}

/** The lines of a text, as stop sequences; nothing when there are none. */
export function linesOf(text: string): string[] | undefined {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.length ? lines : undefined;
}

/** A JSON object; `wrong` when the text is not one, nothing when it is empty. */
export function objectOf(text: string): Record<string, unknown> | undefined | 'wrong' {
  if (text.trim() === '') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'wrong';
    return Object.keys(value).length ? (value as Record<string, unknown>) : undefined;
  } catch {
    return 'wrong';
  }
}

/** The limit that stands for an answer: what the chat says, else all chats, and never more than the operator. */
export function limitOf(
  name: 'max_parts' | 'max_output_tokens' | 'max_cost' | 'max_seconds', chat: Shape, all: Shape, policy: OperatorPolicy | undefined,
): number | null {
  const wished = chat.reach?.[name] ?? all.reach?.[name];
  const most = policy?.[name] ?? Infinity;
  const limit = Math.min(wished ?? Infinity, most);
  return Number.isFinite(limit) ? limit : null;
}

const MODES: readonly Mode[] = ['off', 'cap', 'extend'];

/** What lets an answer be as long as the operator allows, where chat or all chats allow less; money and time
 * stay what they are. Nothing where it would be no longer. */
export function longer(chat: Shape, all: Shape, policy: OperatorPolicy | undefined, model: Model | null): Shape | null {
  if (!policy) return null;
  const { mode, max_parts, max_output_tokens } = policy;
  const wished = chat.reach?.mode ?? all.reach?.mode ?? mode;
  const first = chat.max_tokens ?? all.max_tokens;
  // The limit of one part is one of the answer only where nothing follows that part.
  const most = mode !== 'extend' && first !== undefined && model?.max_output && first < model.max_output ? model.max_output : null;
  const less =
    MODES.indexOf(wished) < MODES.indexOf(mode) || most !== null ||
    limitOf('max_parts', chat, all, policy) !== max_parts || limitOf('max_output_tokens', chat, all, policy) !== max_output_tokens;
  return less ? { reach: { mode, max_parts, max_output_tokens }, ...(most === null ? {} : { max_tokens: most }) } : null;
}
