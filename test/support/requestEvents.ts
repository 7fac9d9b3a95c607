// Events of one request as the gateway makes them, for tests of what reads them.
import type { EventData, EventOf } from '../../src/domain/events.ts';
import { NO_USAGE } from '../../src/domain/usage.ts';

export const ORG = '0a0a0a0a-0000-4000-8000-000000000001';
export const KEY = '0b0b0b0b-0000-4000-8000-000000000001';
export const REQUEST = '0c0c0c0c-0000-4000-8000-000000000001';
export const AT = '2026-11-20T10:00:00.000Z';

export function routed(fields: Partial<EventData<'RequestRouted'>> = {}): EventOf<'RequestRouted'> {
  const routedAt = fields.routedAt ?? AT;
  const candidates = ['openai/gpt-a', 'groq/openai/gpt-b'].map((modelId, index) => ({
    modelId,
    score: 0.9 - index / 10,
    parts: { cost: 0.9, latency: 0.8, task: 1, quality: 0.7 },
    estimatedCostUsd: '0.000012',
    expectedLatencyMs: 800,
    notes: [],
  }));
  return {
    type: 'RequestRouted',
    data: {
      requestId: REQUEST,
      orgId: ORG,
      keyId: KEY,
      surface: 'chat',
      routedAt,
      inputs: {
        features: {
          taskType: 'coding',
          confidence: 0.9,
          inputTokens: 12,
          imageCount: 0,
          messageCount: 1,
          signals: [],
          needs: { tools: false, vision: false, jsonMode: false, jsonSchema: false, streaming: false },
        },
        wishes: { priority: 'balanced', latencyPref: 'normal', models: [], fallback: true },
        constraints: { providers: ['openai', 'groq'], orgModels: null, keyModels: null, baselineModel: null },
        at: Date.parse(routedAt),
        openBreakers: [],
        seed: 'seed',
        session: null,
      },
      describerVersion: 1,
      deciderVersion: 1,
      catalogVersion: 4,
      policyVersion: 2,
      health: null,
      outcome: {
        chain: [
          { modelId: 'openai/gpt-a', role: 'primary' },
          { modelId: 'groq/openai/gpt-b', role: 'backup' },
        ],
        candidates,
        candidateCount: 2,
        exclusions: { price_unknown: 3 },
        baseline: { modelId: 'openai/gpt-best', source: 'best', estimatedCostUsd: '0.001' },
        expectedOutputTokens: 300,
        decisionDigest: 'd1',
        reason: 'gpt-a is good enough and cheap.',
      },
      promptDigest: 'p1',
      simulated: true,
      ...fields,
    },
  };
}

export function attempted(fields: Partial<EventData<'ProviderAttempted'>> = {}): EventOf<'ProviderAttempted'> {
  return {
    type: 'ProviderAttempted',
    data: {
      requestId: REQUEST,
      orgId: ORG,
      attempt: 1,
      hedgeOf: null,
      provider: 'openai',
      modelId: 'openai/gpt-a',
      effort: null,
      startedAt: AT,
      durationMs: 412.5,
      firstTokenMs: 120,
      outcome: 'succeeded',
      message: null,
      providerStatus: 200,
      providerRequestId: 'req-1',
      servedModel: 'gpt-a-2026',
      usage: { ...NO_USAGE, input: 10, output: 20 },
      costUsd: '0.00001',
      ...fields,
    },
  };
}

export function completed(fields: Partial<EventData<'RequestCompleted'>> = {}): EventOf<'RequestCompleted'> {
  return {
    type: 'RequestCompleted',
    data: {
      requestId: REQUEST,
      orgId: ORG,
      keyId: KEY,
      surface: 'chat',
      taskType: 'coding',
      routedAt: AT,
      completedAt: '2026-11-20T10:00:01.000Z',
      outcome: 'succeeded',
      errorCode: null,
      modelId: 'groq/openai/gpt-b',
      attempts: 2,
      usage: { ...NO_USAGE, input: 10, cachedInput: 5, cacheWrite5m: 2, cacheWrite1h: 1, output: 20, reasoning: 4 },
      costUsd: '0.000012345678',
      baselineModelId: 'openai/gpt-best',
      baselineCostUsd: '0.0003',
      savingsUsd: '0.000287654322',
      latencyMs: 998.5,
      firstTokenMs: 300,
      overheadMs: 2.25,
      catalogVersion: 4,
      simulated: true,
      ...fields,
    },
  };
}
