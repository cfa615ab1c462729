// What the server says and takes, by hand from the contract of /api/v1. Names and meanings are the
// server's own; the page adds nothing here.

export type Id = string;
/** Milliseconds since 1970. */
export type Moment = number;

export type Titled = 'not' | 'model' | 'user';
export type Standing = 'quiet' | 'running' | 'unread' | 'needs_you';
export type Role = 'user' | 'assistant';
export type MessageState = 'complete' | 'running' | 'stopped' | 'incomplete' | 'refused' | 'failed';
export type Effort = 'off' | 'low' | 'medium' | 'high';
export type Mode = 'off' | 'cap' | 'extend';
export type SeamsPolicy = 'best_effort' | 'proven';

export interface Reach {
  mode?: Mode;
  max_parts?: number;
  max_output_tokens?: number;
  max_cost?: number;
  max_seconds?: number;
  seams?: SeamsPolicy;
}

/** How a conversation asks. What is absent is unset: the model's own default stands. */
export interface Shape {
  model?: string;
  system?: string;
  max_tokens?: number;
  temperature?: number;
  top_p?: number;
  stop_sequences?: readonly string[];
  fields?: Readonly<Record<string, unknown>>;
  effort?: Effort;
  guardrail?: { id: string; version: string };
  reach?: Reach;
}

export interface Spent {
  answers: number;
  parts: number;
  input: number;
  output: number;
  cache_read: number;
  cache_write: number;
  cost: number;
  continuing: number;
  estimated: boolean;
}

export interface Conversation {
  id: Id;
  title: string;
  titled: Titled;
  pinned: boolean;
  folder: string | null;
  created_at: Moment;
  updated_at: Moment;
  read_at: Moment;
  shape: Shape;
  head: Id | null;
  standing: Standing;
  spent: Spent;
  /** The answer it goes on from, with a summary of what was said there. */
  from?: { conversation: Id; message: Id } | null;
}

export interface Change {
  title?: string;
  pinned?: boolean;
  folder?: string;
  shape?: Shape;
  through?: Id;
  read?: boolean;
}

export interface Block {
  number: number;
  /** `summary`, in a question: what was said before; empty while it is still to be written. */
  kind: 'text' | 'reasoning' | 'summary';
  text: string;
}

export interface Attachment {
  id: Id;
  name: string;
  media_type: string;
  kind: 'image' | 'document';
  bytes: number;
}

export interface Ended {
  kind: string;
  why: string;
}

export interface Part {
  number: number;
  model: string;
  region: string | null;
  by: string;
  request_id: string | null;
  max_tokens: number | null;
  ended: Ended | null;
  input: number | null;
  output: number | null;
  cache_read: number | null;
  cache_write: number | null;
  ms: number;
}

export type SeamKind = 'length' | 'fault' | 'restart' | 'asked';

export interface Seam {
  /** In Unicode scalar values of the text blocks joined. */
  at: number;
  part: number;
  kind: SeamKind;
  why: string | null;
  proof: string;
  trimmed: number;
  rejected: number;
  ms: number;
}

export interface Problem {
  code: string;
  detail: string;
  /** Whose sentence that is. */
  said_by?: 'tsuzuki' | 'backend';
  request_id: string | null;
  can_continue: boolean;
}

export interface Making {
  model: string;
  region: string | null;
  run: Id | null;
  parts: readonly Part[];
  seams: readonly Seam[];
  spent: Spent;
  ms: number;
  dropped: readonly string[];
  problem: Problem | null;
  /** What a running answer waits for. */
  waiting?: Waiting | null;
}

export interface Waiting {
  why: string;
  /** By the server's clock. */
  until: Moment;
  /** Which attempt comes then: from 2. */
  attempt: number;
}

export interface Message {
  id: Id;
  conversation: Id;
  parent: Id | null;
  role: Role;
  created_at: Moment;
  blocks: readonly Block[];
  attachments: readonly Attachment[];
  state: MessageState;
  making: Making | null;
  siblings: readonly Id[];
}

export type Entry =
  | { kind: 'text'; block: number; text: string }
  | { kind: 'reasoning'; block: number; text: string }
  | { kind: 'part'; part: Part }
  | { kind: 'seam'; seam: Seam }
  | { kind: 'waiting'; why: string; at_most: number; attempt: number }
  | { kind: 'resumed' }
  | { kind: 'over'; state: MessageState; making: Making };

export interface Thread {
  conversation: Conversation;
  messages: readonly Message[];
  older: boolean;
  cursors: readonly string[];
}

export interface Post {
  id: Id;
  parent: Id | null;
  text: string;
  /** What was said before, summed up. */
  summary?: string;
  attachments: readonly Id[];
  answer: Id;
  shape: Shape;
}

/** Going on in a new conversation. */
export interface Onward {
  conversation: Id;
  id: Id;
  answer: Id;
  /** What to ask there; without it the question of the answer again. */
  text?: string;
}

export interface Posted {
  run: Id;
  cursor: string;
  messages: readonly Message[];
}

export interface Run {
  id: Id;
  conversation: Id;
  message: Id;
  alive: boolean;
}

/** What the event stream says. */
export type Told =
  | { event: 'hello'; version: string; build: string }
  | { event: 'conversation'; conversation: Conversation }
  | { event: 'removed'; conversation: Id }
  | { event: 'message'; message: Message; cursor: string | null }
  | {
      event: 'entries';
      conversation: Id;
      message: Id;
      run: Id;
      from: number;
      entries: readonly Entry[];
      /** From the event's id: how often the run was taken over. */
      epoch: number;
    };

export interface Model {
  id: string;
  name: string;
  provider: string;
  context?: number | null;
  max_output?: number | null;
  prefill: 'accepted' | 'refused' | 'unknown';
  reasoning: boolean;
  sampling: 'both' | 'one' | 'none';
  inputs: readonly string[];
  documents: boolean;
  cache: boolean;
  price?: { input: number; output: number; cache_read: number; cache_write: number } | null;
  profiles: readonly string[];
  scope: string;
  end_of_life?: string | null;
  available: 'yes' | 'no' | 'unknown';
  why?: string | null;
}

export interface About {
  version: string;
  build?: string;
  backend?: {
    kind: 'simulator' | 'bedrock';
    told: string;
    /** Why it answers, in English, where there was a choice. */
    why?: string | null;
    region?: string | null;
    profile?: string | null;
    credentials?: string | null;
  };
  sign_in: 'open' | 'password' | 'proxy';
  user?: string;
  signed_in: boolean;
  default_model?: string;
  limits?: Limits;
  policy?: OperatorPolicy;
}

export interface Limits {
  message_chars: number;
  attachment_bytes: number;
  image_bytes: number;
  document_bytes: number;
  attachments_per_message: number;
  body_bytes: number;
}

export interface OperatorPolicy {
  mode: Mode;
  max_parts: number;
  max_output_tokens: number;
  max_cost: number | null;
  max_seconds?: number | null;
  seams: SeamsPolicy;
}

export interface Hit {
  conversation: Id;
  title: string;
  message: Id | null;
  at: Moment;
  snippet: readonly { text: string; hit: boolean }[];
}

export interface Day {
  day: string;
  spent: Spent;
}

export interface Defaults {
  shape: Shape;
  titles: 'model' | 'words';
}

export interface Exchange {
  part: number;
  at: Moment;
  status: number | null;
  headers: readonly (readonly [string, string])[];
  request: unknown;
  response: readonly unknown[];
  shortened: boolean;
}

export interface Check {
  name: string;
  state: 'ok' | 'failed' | 'skipped';
  /** In English, for who does not know the code. */
  told: string;
  told_as?: Worded;
  hint?: string | null;
  hint_as?: Worded | null;
}

/** A sentence as the page words it: which, and what stands in it. `said` is English, and somebody else's. */
export interface Worded {
  code: string;
  values: Readonly<Record<string, string>>;
}

export interface Doctor {
  checks: readonly Check[];
  policy?: unknown;
}
