// The line of the list for one request, from its own events: right at once, while the read model is a moment behind. Pure.
import { promptTokens } from '../domain/usage.ts';
import type { RequestSummary } from '../readmodels/requests.ts';
import type { RequestEvents } from './history.ts';

/** The same as the read model, which the requests projection writes, shows. */
const LONGEST_MS = 30 * 60_000;
const GRACE_MS = 60_000;

export function summariseRequest({ routed, completed }: RequestEvents, now: number): RequestSummary {
  const { inputs, outcome } = routed;
  const deadline = inputs.at + (inputs.wishes.deadlineMs ?? LONGEST_MS) + GRACE_MS;
  const usage = completed?.usage;
  const model = completed?.modelId ?? null;
  return {
    request_id: routed.requestId,
    created_at: new Date(inputs.at),
    surface: routed.surface,
    task_type: inputs.features.taskType,
    model,
    provider: model && model.slice(0, model.indexOf('/')),
    outcome: completed?.outcome ?? (deadline < now ? 'abandoned' : 'running'),
    error_code: completed?.errorCode ?? null,
    attempts: completed?.attempts ?? null,
    fallback: completed?.outcome === 'succeeded' ? outcome.chain[0]?.modelId !== model : null,
    tokens_input: usage ? promptTokens(usage) : null,
    tokens_output: usage?.output ?? null,
    cost_usd: completed?.costUsd ?? null,
    baseline_model: completed?.baselineModelId ?? outcome.baseline?.modelId ?? null,
    baseline_usd: completed?.baselineCostUsd ?? null,
    savings_usd: completed?.savingsUsd ?? null,
    latency_ms: completed?.latencyMs ?? null,
    first_token_ms: completed?.firstTokenMs ?? null,
    overhead_ms: completed?.overheadMs ?? null,
    simulated: routed.simulated,
  };
}
