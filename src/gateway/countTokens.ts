// How many tokens a prompt has: asked of the vendor of the model that was named, where it counts; estimated otherwise. Not a request that
// is routed: nothing of it is recorded.
import type { ProviderName } from '../domain/catalog.ts';
import type { Logger } from '../platform/logger.ts';
import { openDeadline } from '../platform/deadline.ts';
import { type Provider, ProviderError } from '../providers/provider.ts';
import { estimatePrompt } from '../routing/estimatePrompt.ts';
import { timeoutsFor } from './attempts.ts';
import type { RoutedRequest, TokenCount } from './gateway.ts';
import type { Snapshot } from './snapshot.ts';

export type CountTools = {
  readonly snapshot: Pick<Snapshot, 'catalog' | 'policy'>;
  readonly providers: ReadonlyMap<ProviderName, Provider>;
  readonly logger: Logger;
};

export async function countTokens(request: RoutedRequest, tools: CountTools): Promise<TokenCount> {
  const { chat, wishes, native, requestId, signal } = request;
  const estimate: TokenCount = { tokens: estimatePrompt(chat).tokens, estimated: true };
  const model = tools.snapshot.catalog().models.get(wishes.models[0] ?? '');
  const policy = tools.snapshot.policy()?.policy;
  const provider = model && tools.providers.get(model.provider);
  if (!model || !policy || !provider?.countTokens) return estimate;
  const timeouts = timeoutsFor(model, false, policy, 10_000);
  const deadline = openDeadline([signal], timeouts.wholeMs, 'the provider did not count in time');
  try {
    const tokens = await provider.countTokens(chat, { model, signal: deadline.signal, timeouts, requestId, native });
    return { tokens, estimated: false };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    tools.logger.warn('a provider did not count; the count is estimated', { requestId, failure: error.failure });
    return estimate;
  } finally {
    deadline.stop();
  }
}
