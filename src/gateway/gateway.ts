// What the API asks of the gateway, and what it gets back. The only way from a surface to a decision and a provider.
import type { KeyHolder } from '../accounts/authenticate.ts';
import type { Catalog, ProviderName, TaskType } from '../domain/catalog.ts';
import type { Chat, Completion } from '../domain/chat.ts';
import type { Decision, Features, ScoreParts, Session, Wishes } from '../domain/decision.ts';
import type { RouterError } from '../domain/errors.ts';
import type { Surface } from '../domain/events.ts';
import type { Usage } from '../domain/usage.ts';
import type { Chunk, Native } from '../providers/provider.ts';
import type { ConditionOf } from './conditions.ts';

export type { Native } from '../providers/provider.ts';

/** Who asks, as the key says. Null lists = everything allowed. */
export type Caller = KeyHolder;

export type RoutedRequest = {
  readonly requestId: string;
  readonly caller: Caller;
  readonly surface: Surface;
  readonly chat: Chat;
  readonly wishes: Wishes;
  readonly session: Session | null;
  /** SHA-256 over the caller's body, hex. */
  readonly bodyDigest: string;
  /** Monotonic ms at which the request arrived, for the overhead. */
  readonly receivedAt: number;
  /** Aborted when the caller is gone. */
  readonly signal: AbortSignal;
  /** The answer is wanted in pieces as they come. */
  readonly streaming: boolean;
  /** The caller's own body, where it speaks a vendor's own format. */
  readonly native?: Native | undefined;
  /** OpenRouter's own routing preferences, passed on to it only. */
  readonly openrouter?: Readonly<Record<string, unknown>> | undefined;
};

/** All that is known when an answer has ended. Money is exact USD text; null = not known. */
export type Answered = {
  readonly requestId: string;
  readonly model: { readonly id: string; readonly provider: ProviderName; readonly modelName: string };
  readonly usage: Usage | null;
  readonly costUsd: string | null;
  readonly baselineModelId: string | null;
  readonly baselineCostUsd: string | null;
  readonly savingsUsd: string | null;
  /** The router's own, on top of the cost; absent or null = none. */
  readonly markupUsd?: string | null | undefined;
  readonly latencyMs: number;
  readonly taskType: TaskType;
  readonly attempts: number;
  readonly fallback: boolean;
  readonly warnings: readonly string[];
  readonly simulated: boolean;
  readonly reason: string;
};

export type WholeAnswer = Answered & {
  readonly completion: Completion;
  /** The vendor's own reply, when the caller speaks its format. */
  readonly native?: Readonly<Record<string, unknown>>;
};

/** What is known of a streamed answer when its first token has come. */
export type StreamStart = Pick<Answered, 'requestId' | 'model' | 'attempts' | 'fallback' | 'warnings' | 'simulated'>;
export type StreamPiece =
  | { readonly kind: 'chunk'; readonly chunk: Chunk }
  /** The last piece of an answer that is whole and recorded; `last` are the chunks that were held back for it. */
  | { readonly kind: 'end'; readonly last: readonly Chunk[]; readonly answered: Answered }
  /** The last piece of one that broke off; it is recorded, too, unless the error says otherwise. */
  | { readonly kind: 'failed'; readonly error: RouterError };
/** `pieces` must be read to the end, or left by `return`: that is how the record learns of it. */
export type AnswerStream = { readonly start: StreamStart; readonly pieces: AsyncIterable<StreamPiece> };

export type TokenCount = { readonly tokens: number; readonly estimated: boolean };

export type Explained = {
  readonly decision: Decision;
  readonly features: Features;
  /** How much each part counts in the scores, in all 1. */
  readonly weights: ScoreParts;
  readonly catalogVersion: number;
  readonly policyVersion: number;
  readonly deciderVersion: number;
};

export type Readiness = {
  readonly status: 'ok' | 'degraded' | 'unavailable';
  readonly message?: string;
  readonly [detail: string]: unknown;
};

export interface Gateway {
  /** @throws RouterError when no model could answer; it is recorded before it is thrown. */
  answer(request: RoutedRequest): Promise<WholeAnswer>;
  /**
   * Resolves at the first token. `onDecided` is told before that what is asked first.
   * @throws RouterError when there is none; it is recorded before it is thrown.
   */
  stream(request: RoutedRequest, onDecided?: (start: StreamStart) => void): Promise<AnswerStream>;
  /** Estimated where no vendor counts. */
  countTokens(request: RoutedRequest): Promise<TokenCount>;
  /** The decision that `answer` would take now, without a call and without an event. */
  explain(request: RoutedRequest): Explained;
  catalog(): Catalog;
  /** Breakers and measured figures of this moment, by model. */
  conditions(): ConditionOf;
  /** Answers are simulated: no provider key is set. */
  readonly simulated: boolean;
  readiness(): Promise<Readiness>;
}
