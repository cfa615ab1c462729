// What the page tells of a seam, and where it draws it.

import type { Seam } from '../api/wire';
import type { Rendering } from '../markdown';
import { unitsOf } from '../state/path';
import type { AllWords } from '../words/more.svelte';

/** Seams that meet in one block share a mark. */
export interface Mark {
  /** In pixels from the top of the text. */
  readonly top: number;
  readonly height: number;
  /** The seams, each with its number from 1. */
  readonly seams: readonly (Seam & { readonly number: number })[];
}

/** Where the seams of a text are on the page, relative to an element around it. */
export function marksOf(seams: readonly Seam[], text: string, rendering: Rendering, around: Element): Mark[] {
  const origin = around.getBoundingClientRect().top;
  const blocks = new Map<Element, { top: number; height: number; seams: (Seam & { number: number })[] }>();
  for (const [index, seam] of seams.entries()) {
    // A seam at the very end of a block belongs to the text before it: one unit back is inside.
    const place = rendering.placeOf(Math.max(0, Math.min(unitsOf(text, seam.at), rendering.source.length) - 1));
    const element = place?.element ?? around;
    const found = blocks.get(element);
    const numbered = { ...seam, number: index + 1 };
    if (found) found.seams.push(numbered);
    else {
      const { top, height } = element.getBoundingClientRect();
      blocks.set(element, { top: top - origin, height, seams: [numbered] });
    }
  }
  return [...blocks.values()];
}

/** What happened at a seam, in a few words. */
export function happenedAt(seam: Seam, words: AllWords): string {
  switch (seam.kind) {
    case 'length':
      return words.seamContinued;
    case 'fault':
      return words.seamRecovered;
    case 'restart':
      return words.seamRestarted;
    case 'asked':
      return words.seamAsked;
  }
}

/** Why the part before a seam ended. */
export function becauseOf(seam: Seam, words: AllWords): string {
  const why = seam.why ?? (seam.kind === 'restart' ? 'restart' : 'asked');
  return why in words.because ? words.because[why as keyof AllWords['because']] : why;
}

export const proofOf = (seam: Seam, words: AllWords): string =>
  seam.proof in words.proof ? words.proof[seam.proof as keyof AllWords['proof']] : seam.proof;
