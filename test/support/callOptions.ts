// The options of a provider's call in tests: a model that can everything, generous timeouts, nothing aborted.
import { setMaxListeners } from 'node:events';
import type { ModelDetails, ProviderName } from '../../src/domain/catalog.ts';
import type { CallOptions } from '../../src/providers/provider.ts';

export function callOptions({
  provider = 'openai',
  modelName = 'model-1',
  details = {},
  ...rest
}: {
  provider?: ProviderName;
  modelName?: string;
  details?: Partial<ModelDetails>;
} & Partial<CallOptions> = {}): CallOptions {
  const { signal } = new AbortController();
  // A test may make many calls at once with it.
  setMaxListeners(0, signal);
  return {
    model: {
      id: `${provider}/${modelName}`,
      modelName,
      details: { enabled: true, tags: [], qualityWeight: 1, abilities: {}, ...details },
    },
    signal,
    timeouts: { connectMs: 1_000, firstTokenMs: 5_000, idleMs: 5_000, wholeMs: 10_000, streamMs: 10_000 },
    requestId: '0199a0de-0000-7000-8000-000000000001',
    ...rest,
  };
}
