// The contract of a provider: a chat in the neutral form goes out, an answer in the neutral form comes back, and everything
// that went wrong is a `ProviderError` whose failure is data. A provider never retries and never decides.
import type { ProviderName } from '../domain/catalog.ts';
import type { CatalogModel } from '../domain/catalog.ts';
import type { Chat, Completion, Effort, FinishReason } from '../domain/chat.ts';
import type { FailureKind } from '../domain/events.ts';
import type { Timeouts } from '../domain/policy.ts';
import type { Usage } from '../domain/usage.ts';

export type CallOptions = {
  readonly model: Pick<CatalogModel, 'id' | 'modelName' | 'details'>;
  /** Effort to send; undefined = say nothing about it. */
  readonly effort?: Effort | undefined;
  /** Aborted when the caller is gone or the deadline has passed. */
  readonly signal: AbortSignal;
  readonly timeouts: Timeouts;
  /** Sent on where a vendor takes a client request id. */
  readonly requestId: string;
  /** OpenRouter's own routing preferences, passed on to it only. */
  readonly openrouter?: Readonly<Record<string, unknown>> | undefined;
  /** The caller speaks that vendor's own format: its body goes there as it came, and the vendor's reply comes back beside the neutral one. */
  readonly native?: Native | undefined;
};
export type Native = {
  readonly format: 'anthropic';
  readonly body: Readonly<Record<string, unknown>>;
  /** The caller's `anthropic-beta` header. */
  readonly beta?: string;
  /** Fields of the body that the neutral form says nothing of: lost where another vendor answers. */
  readonly untold?: readonly string[];
  /** What the body itself says of thinking, and on our scale how much; absent where it says nothing. */
  readonly thinking?: { readonly on: boolean; readonly effort?: Effort };
};

export type Answer = {
  readonly completion: Completion;
  /** Undefined when the vendor gave none. */
  readonly usage: Usage | undefined;
  readonly status: number;
  readonly providerRequestId: string | undefined;
  readonly servedModel: string | undefined;
  /** What was asked for and could not be sent, in words: never dropped in silence. */
  readonly warnings: readonly string[];
  /** The vendor's own reply, where it was asked for by `native`. */
  readonly native?: Readonly<Record<string, unknown>>;
};

/**
 * A piece of a streamed answer: how it began, a delta in the shape of OpenAI's `chat.completion.chunk`, or what was counted
 * so far. Each `usage` replaces the one before.
 */
export type Chunk =
  | {
      readonly kind: 'start';
      readonly status: number;
      readonly providerRequestId: string | undefined;
      readonly warnings: readonly string[];
    }
  | {
      readonly kind: 'delta';
      readonly id: string;
      readonly created: number;
      readonly model: string;
      readonly choices: readonly ChunkChoice[];
      readonly extensions?: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'usage'; readonly usage: Usage }
  /** The vendor's own event, behind the chunks that were made of it, where it was asked for by `native`. */
  | { readonly kind: 'native'; readonly event: Readonly<Record<string, unknown>> };
export type ChunkChoice = {
  readonly index: number;
  readonly delta: Readonly<Record<string, unknown>>;
  readonly finish_reason: FinishReason | null;
  readonly [extension: string]: unknown;
};

export interface Provider {
  readonly name: ProviderName;
  /** @throws ProviderError */
  complete(chat: Chat, options: CallOptions): Promise<Answer>;
  /** Ends normally only after a finish reason was seen; anything else is a `ProviderError` (`stream-cut`, …). */
  stream(chat: Chat, options: CallOptions): AsyncIterable<Chunk>;
  /** Prompt tokens, where the vendor counts them. @throws ProviderError */
  countTokens?(chat: Chat, options: CallOptions): Promise<number>;
}

/** What a vendor did to us. `message` is one line of ours; a vendor's raw body goes to `vendorText`, for the log only. */
export type Failure = {
  readonly kind: FailureKind;
  readonly message: string;
  readonly status?: number | undefined;
  readonly code?: string | undefined;
  /** The field of the caller's request that is at fault, as a path; then `message` is in words for the caller. */
  readonly param?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly providerRequestId?: string | undefined;
  readonly vendorText?: string | undefined;
  /** The vendor never saw the request. */
  readonly unsent?: true;
  /** Keys of ours for this provider that have not failed lately. */
  readonly otherKeys?: number | undefined;
  /** What was counted before it failed, if anything. */
  readonly usage?: Usage | undefined;
};

export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly failure: Failure;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.message, options);
    this.failure = failure;
  }
}
