// What the page says at first, in English. `Words` is its type: a language that lacks a word does not compile.
// What is said only in a part of the page that comes later stands in `more/`, of answers that ended short in `short/`.

import { count, whole } from './numbers';

const L = 'en';

export const en = {
  language: L as 'en' | 'ja',

  // Everywhere.
  close: 'Close',
  undo: 'Undo',
  copy: 'Copy',
  copied: 'Copied',
  more: 'More',
  skipToComposer: 'Go to the message field',
  offlineNotice: 'The server cannot be reached. Try again in a moment.',

  // Sidebar.
  conversations: 'Conversations',
  newChat: 'New chat',
  search: 'Search',
  sidebar: 'Show or hide the sidebar',
  sidebarWidth: 'Width of the sidebar',
  untitled: 'New chat',
  pinned: 'Pinned',
  today: 'Today',
  yesterday: 'Yesterday',
  week: 'Last 7 days',
  noConversations: 'Your conversations will be listed here.',
  older: 'Show older ones',
  rename: 'Rename',
  isRunning: 'An answer is being written',
  isUnread: 'Finished, not read yet',
  needsYou: 'Stopped short: needs you',
  account: 'More',
  importFile: 'Import…',

  // Header.
  model: 'Model',
  chooseModel: 'Choose a model',
  chatSettings: 'Chat settings',
  reconnecting: 'Reconnecting… your answer keeps being written on the server',
  offline: 'Offline. What you send waits here and goes out by itself.',
  newVersion: 'Tsuzuki was updated.',
  reload: 'Reload',
  simulator: 'Simulator',

  // Sharing.
  share: 'Share',

  // Meter.
  meter: 'Tokens and cost',

  // Empty page.
  simulatorAnswers: 'The offline simulator answers: it is no AI model, and nothing is sent to AWS.',

  // Thread.
  thread: 'Conversation',
  you: 'You',
  answer: 'Answer',
  showAbove: 'Show earlier messages',
  newText: 'New text below',
  notThere: 'This conversation is not here. It may have been removed.',
  edit: 'Edit',
  editMessage: 'Edit the message',
  branch: (at: number, of: number) => `Branch ${at} of ${of}`,
  previousBranch: 'Previous branch',
  nextBranch: 'Next branch',
  showAll: 'Show all',
  showLess: 'Show less',
  waitsForNetwork: 'Waiting for the network',
  onItsWay: 'Sending…',

  // Answers.
  copyMarkdown: 'Copy as Markdown',
  readAloud: 'Read aloud',
  readStop: 'Stop reading aloud',
  regenerate: 'Write another answer',
  goOn: 'Continue',
  thinking: 'Thinking…',
  thinkingFor: (seconds: number) => `Thinking… ${seconds} s`,
  reasoned: 'Reasoning',
  reasonedFor: (seconds: number) => `Reasoning, ${seconds} s`,
  writing: 'Writing…',
  writingPart: (part: number) => `Continuing… part ${part}`,
  characters: (n: number) => count(n, 'character', 'characters'),
  stop: 'Stop',
  finishPart: 'Finish after this part',
  finishing: 'Ends after this part',
  busy: (seconds: number, attempt: number) => `Bedrock is busy, retrying in ${seconds} s${attempt > 2 ? ` (attempt ${attempt})` : ''}`,
  fault: (seconds: number) => `Connection lost, going on in ${seconds} s`,
  retryingNow: 'Trying again…',
  parts: (n: number) => count(n, 'part', 'parts'),
  partsContinued: (n: number, k: number) => `${count(n, 'part', 'parts')} (continued ×${k})`,
  out: (n: number) => `${whole(L, n)} out`,
  in: (n: number, cached: number) => `${whole(L, n)} in${cached ? ` (${whole(L, cached)} cached)` : ''}`,
  approximately: 'about ',
  incomplete: (reason: string) => `Incomplete (reason: ${reason})`,
  notUsed: (name: string) => `this model does not use ${name}`,
  takesNone: {
    system: 'system prompts',
    max_tokens: 'this output limit',
    temperature: 'temperature',
    top_p: 'top-p',
    stop_sequences: 'stop sequences',
    fields: 'these fields',
    effort: 'reasoning effort',
    guardrail: 'this guardrail',
  },

  // Composer.
  message: 'Message',
  writeMessage: 'Write a message…',
  send: 'Send',
  sendHint: (keys: string) => `${keys} to send, / for prompts and commands`,
  queue: 'Will be sent after this answer',
  attach: 'Attach files',
  dropHere: 'Drop files to attach them',
  pasted: 'Pasted text',
  tooLong: (n: number) => `${count(n, 'character', 'characters')} too long: attach it as a file`,

  // Settings of the page.
  preferences: 'Settings',

  // What the Markdown shows (see markdown/surface.ts).
  markdown: {
    copy: 'Copy',
    copied: 'Copied',
    download: 'Download',
    wrap: 'Wrap lines',
    copyTable: 'Copy table',
    downloadTable: 'CSV',
    image: 'Image:',
    openDiagram: 'Open diagram',
    showSource: 'Source',
    footnotes: 'Footnotes',
  },

  // For screen readers.
  saysWriting: 'Generating an answer',
  saysStill: (n: number) => `Still writing, ${count(n, 'character', 'characters')}`,
  saysDone: (continued: number) =>
    continued ? `Answer complete, continued ${continued === 1 ? 'once' : continued === 2 ? 'twice' : `${continued} times`}` : 'Answer complete',
  saysShort: 'The answer is not complete',
};

/** A dictionary: the same words with the same blanks, in any language. */
export type Words = Like<typeof en>;

export type Like<Value> = Value extends (...blanks: infer Blanks) => string
  ? (...blanks: Blanks) => string
  : Value extends string
    ? Value extends 'en' | 'ja' ? 'en' | 'ja' : string
    : { [Name in keyof Value]: Like<Value[Name]> };
