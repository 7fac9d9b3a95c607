// Answers in the shapes that callers expect: OpenAI's completion, our short form, and the headers beside them. Pure.
import { chargedUsd } from '../domain/markup.ts';
import { parseUsd, usdNumber } from '../domain/money.ts';
import type { ChatAnswer, Metadata } from './answers.ts';
import { type Usage, promptTokens, totalTokens } from '../domain/usage.ts';
import type { Answered, StreamStart, WholeAnswer } from '../gateway/gateway.ts';

export function toChatCompletion(answer: WholeAnswer, withMetadata: boolean): object {
  const { completion, usage } = answer;
  const { id, created, model: _served, choices, ...extensions } = completion;
  return {
    ...extensions,
    id,
    object: 'chat.completion',
    created,
    model: answer.model.id,
    choices,
    ...(usage ? { usage: toOpenAiUsage(usage, answer.costUsd) } : {}),
    ...(withMetadata ? { omni: toMetadata(answer) } : {}),
  };
}

/** OpenAI's counts: the prompt includes what was cached and written; `cached_tokens` means reads only. */
export function toOpenAiUsage(usage: Usage, cost: string | null): object {
  return {
    prompt_tokens: promptTokens(usage),
    completion_tokens: usage.output,
    total_tokens: totalTokens(usage),
    prompt_tokens_details: {
      cached_tokens: usage.cachedInput,
      cache_write_tokens: usage.cacheWrite5m + usage.cacheWrite1h,
    },
    completion_tokens_details: { reasoning_tokens: usage.reasoning },
    ...(cost === null ? {} : { cost: usdNumber(parseUsd(cost)) }),
  };
}

/** `POST /v1/chat`: numbers are for people, `…_usd` is the exact decimal string. */
export function toChatAnswer(answer: WholeAnswer): ChatAnswer {
  const [choice] = answer.completion.choices;
  const { usage } = answer;
  return {
    output: choice?.message.content ?? null,
    ...(choice?.message.tool_calls ? { tool_calls: [...choice.message.tool_calls] } : {}),
    ...(choice?.message.refusal ? { refusal: choice.message.refusal } : {}),
    ...(typeof choice?.message['reasoning'] === 'string' ? { reasoning: choice.message['reasoning'] } : {}),
    ...(choice?.message.reasoning_details ? { reasoning_details: [...choice.message.reasoning_details] } : {}),
    ...(choice?.logprobs ? { logprobs: choice.logprobs } : {}),
    finish_reason: choice?.finish_reason ?? null,
    model_used: answer.model.modelName,
    provider: answer.model.provider,
    ...money(answer),
    latency_ms: Math.round(answer.latencyMs),
    baseline_model: answer.baselineModelId,
    tokens: usage
      ? {
          input: promptTokens(usage),
          output: usage.output,
          cached_input: usage.cachedInput,
          cache_write: usage.cacheWrite5m + usage.cacheWrite1h,
          reasoning: usage.reasoning,
          total: totalTokens(usage),
          ...(usage.estimated ? { estimated: true as const } : {}),
        }
      : null,
    task_type: answer.taskType,
    reason: answer.reason,
    ...(answer.warnings.length > 0 ? { warnings: [...answer.warnings] } : {}),
    simulated: answer.simulated,
    request_id: answer.requestId,
  };
}

function money({ costUsd, savingsUsd, markupUsd }: Answered) {
  // Where the org has no markup, what is charged is the cost.
  const charged = markupUsd === null || markupUsd === undefined ? {} : { charged_usd: chargedUsd(costUsd, markupUsd) };
  return {
    ...charged,
    cost: numberOf(costUsd),
    cost_usd: costUsd,
    savings_estimate: numberOf(savingsUsd),
    savings_estimate_usd: savingsUsd,
  };
}

export function numberOf(usd: string | null): number | null {
  return usd === null ? null : usdNumber(parseUsd(usd));
}

export function toMetadata(answer: Answered): Metadata {
  return {
    request_id: answer.requestId,
    provider: answer.model.provider,
    model: answer.model.modelName,
    task_type: answer.taskType,
    attempts: answer.attempts,
    fallback: answer.fallback,
    warnings: [...answer.warnings],
    simulated: answer.simulated,
    reason: answer.reason,
    ...money(answer),
    baseline_model: answer.baselineModelId,
    baseline_usd: answer.baselineCostUsd,
    latency_ms: Math.round(answer.latencyMs),
  };
}

/** What is known when the first token has come. */
export function streamHeaders(start: StreamStart): Record<string, string> {
  return {
    'x-omni-provider': start.model.provider,
    'x-omni-model': start.model.id,
    'x-omni-attempts': String(start.attempts),
    'x-omni-fallback': String(start.fallback),
    // Header values are ASCII.
    'x-omni-warnings': start.warnings
      .join('; ')
      .replace(/[^\x20-\x7e]/g, '?')
      .slice(0, 1_000),
    'x-omni-simulated': String(start.simulated),
  };
}

export function answerHeaders(answer: Answered): Record<string, string> {
  return {
    ...streamHeaders(answer),
    ...(answer.costUsd === null ? {} : { 'x-omni-cost-usd': answer.costUsd }),
    ...(answer.baselineCostUsd === null ? {} : { 'x-omni-baseline-usd': answer.baselineCostUsd }),
    ...(answer.savingsUsd === null ? {} : { 'x-omni-savings-usd': answer.savingsUsd }),
  };
}
