// Counts what this process records of requests: whatever is in the log is in the metrics, and nothing else.
import type { EventData } from '../domain/events.ts';
import type { Recorder } from '../eventstore/recorder.ts';
import { type Metrics, SECONDS } from '../platform/metrics.ts';

export function countRecorded(recorder: Recorder, metrics: Metrics): Recorder {
  const onAttempt = countAttempts(metrics);
  const onCompleted = countRequests(metrics);
  watchSpool(recorder, metrics);
  return {
    async record(stream, drafts) {
      await recorder.record(stream, drafts);
      for (const { type, data } of drafts) {
        if (type === 'ProviderAttempted') onAttempt(data);
        if (type === 'RequestCompleted') onCompleted(data);
      }
    },
    forget: (stream) => recorder.forget(stream),
    status: () => recorder.status(),
    close: () => recorder.close(),
  };
}

function countAttempts(metrics: Metrics): (data: EventData<'ProviderAttempted'>) => void {
  const attempts = metrics.counter('omni_attempts_total', 'Provider calls by how they ended', ['provider', 'outcome']);
  const tokens = metrics.counter('omni_tokens_total', 'Tokens by the class that is billed apart', [
    'provider',
    'class',
  ]);
  const cost = metrics.counter(
    'omni_cost_usd_total',
    'What provider calls cost; calls without a known price are in none',
    ['provider'],
  );
  const unpriced = metrics.counter('omni_unpriced_attempts_total', 'Calls that were paid for at no known price', [
    'provider',
  ]);
  const duration = metrics.histogram('omni_attempt_seconds', 'Time of a provider call', ['provider'], SECONDS);
  return ({ provider, outcome, usage, costUsd, durationMs }) => {
    attempts({ provider, outcome });
    duration({ provider }, durationMs / 1_000);
    if (!usage) return;
    tokens({ provider, class: 'input' }, usage.input);
    tokens({ provider, class: 'cached_input' }, usage.cachedInput);
    tokens({ provider, class: 'cache_write' }, usage.cacheWrite5m + usage.cacheWrite1h);
    tokens({ provider, class: 'output' }, usage.output);
    if (costUsd === null) unpriced({ provider });
    else cost({ provider }, Number(costUsd));
  };
}

function countRequests(metrics: Metrics): (data: EventData<'RequestCompleted'>) => void {
  const requests = metrics.counter('omni_requests_total', 'Requests by how they ended', [
    'surface',
    'task_type',
    'outcome',
    'error_code',
  ]);
  const savings = metrics.counter('omni_savings_usd_total', 'Estimated savings; a dearer answer is not taken off', []);
  const latency = metrics.histogram('omni_request_seconds', 'Time of a request', ['surface'], SECONDS);
  const overhead = metrics.histogram(
    'omni_overhead_seconds',
    'Time of a request that was not spent waiting for a provider',
    [],
    SECONDS,
  );
  const firstToken = metrics.histogram('omni_first_token_seconds', 'Time to the first token', ['surface'], SECONDS);
  return ({ surface, taskType, outcome, errorCode, savingsUsd, latencyMs, overheadMs, firstTokenMs }) => {
    requests({ surface, task_type: taskType, outcome, error_code: errorCode ?? '' });
    latency({ surface }, latencyMs / 1_000);
    overhead({}, overheadMs / 1_000);
    if (firstTokenMs !== null) firstToken({ surface }, firstTokenMs / 1_000);
    if (savingsUsd !== null && !savingsUsd.startsWith('-')) savings({}, Number(savingsUsd));
  };
}

function watchSpool(recorder: Recorder, metrics: Metrics): void {
  const one = (name: string, help: string, read: () => number) =>
    metrics.gauge(name, help, [], async () => [{ labels: {}, value: read() }]);
  one('omni_spool_depth', 'Appends that wait on disk for the event log', () => recorder.status().spoolDepth);
  one('omni_spool_bytes', 'Bytes of them', () => recorder.status().spoolBytes);
  one(
    'omni_append_conflicts',
    'Appends that the log refused for ever, since the start',
    () => recorder.status().conflicts,
  );
}
