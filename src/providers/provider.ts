// The contract of a provider: a chat in the neutral form goes out, an answer in the neutral form comes back, and everything
// that went wrong is a `ProviderError` whose failure is data. A provider never retries and never decides.
import type { ProviderName } from '../domain/catalog.ts';
import type { CatalogModel } from '../domain/catalog.ts';
import type { Chat, Completion, Effort } from '../domain/chat.ts';
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
};

export interface Provider {
  readonly name: ProviderName;
  /** @throws ProviderError */
  complete(chat: Chat, options: CallOptions): Promise<Answer>;
}

/** What a vendor did to us. `message` is one line of ours; a vendor's raw body goes to `vendorText`, for the log only. */
export type Failure = {
  readonly kind: FailureKind;
  readonly message: string;
  readonly status?: number | undefined;
  readonly code?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly providerRequestId?: string | undefined;
  readonly vendorText?: string | undefined;
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
