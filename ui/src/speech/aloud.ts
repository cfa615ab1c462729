// Reads an answer aloud, sentence by sentence, also one that is still being written.

import { languageOf, voiceFor } from './language';
import { placeOf, scriptOf, type Stands } from './script';
import { sentenceAt } from './sentences';

export interface Given {
  /** What is read; none when it has left the page. */
  box: () => Element | null;
  /** Whether more text is to come. */
  live: () => boolean;
  stands: () => Stands;
  told: (now: Now) => void;
}

export interface Now {
  /** `waiting` for more text; `failed`: the browser could not speak. */
  readonly kind: 'speaking' | 'waiting' | 'over' | 'failed';
  /** The sentence that is read. */
  readonly place: Range | null;
  /** Whether the voice is that of a service elsewhere, which gets the text. */
  readonly elsewhere: boolean;
}

export interface Aloud {
  /** Begins, or goes on where it was. */
  go: () => void;
  pause: () => void;
  /** There may be more text, or no more to come. */
  more: () => void;
}

/** So much of an answer tells its language. */
const SAMPLE_CHARS = 4_000;

export function aloud({ box, live, stands, told }: Given): Aloud {
  const synthesis = speechSynthesis;
  let at = 0;
  let going = false;
  // Held here: browsers forget an utterance that nobody holds, and with it that it ends.
  let utterance: SpeechSynthesisUtterance | null = null;

  function next() {
    if (!going || utterance) return;
    const shown = box();
    if (!shown) return end('over');
    const script = scriptOf(shown, stands());
    const sentence = sentenceAt(script.text, at, !live());
    if (!sentence) {
      if (live()) told({ kind: 'waiting', place: null, elsewhere: false });
      else end('over');
      return;
    }
    const around = languageOf(script.text.slice(0, SAMPLE_CHARS));
    const said = script.text.slice(sentence.start, sentence.end);
    const language = languageOf(said, around);
    const voice = voiceFor(language, synthesis.getVoices(), navigator.languages);
    const mine = new SpeechSynthesisUtterance(said);
    mine.lang = voice?.lang ?? language;
    mine.voice = voice;
    mine.onend = () => {
      if (utterance !== mine) return;
      utterance = null;
      at = sentence.end;
      next();
    };
    mine.onerror = () => utterance === mine && end('failed');
    utterance = mine;
    told({ kind: 'speaking', place: placeOf(script, sentence.start, sentence.end), elsewhere: voice?.localService === false });
    synthesis.speak(mine);
  }

  function hush() {
    going = false;
    utterance = null;
    synthesis.cancel();
  }
  function end(kind: 'over' | 'failed') {
    hush();
    told({ kind, place: null, elsewhere: false });
  }

  return {
    go: () => {
      going = true;
      next();
    },
    // The browser's own pause ends the speech on Android: the sentence is begun again instead.
    pause: hush,
    more: next,
  };
}
