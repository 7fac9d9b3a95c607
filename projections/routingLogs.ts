// Why each request went where it went: the five best candidates with their scores, and the sentence.
import { uuidv5 } from '../src/domain/uuidv5.ts';
import { type Projection, defineTable, put } from './projection.ts';

export type RoutingLogRow = {
  readonly id: string;
  readonly request_id: string;
  readonly org_id: string;
  readonly considered_models: readonly unknown[];
  /** Id of the model that was chosen; null when none could be. What answered in the end is `requests.model_used`. */
  readonly final_model: string | null;
  readonly reason: string;
  readonly created_at: string;
  readonly chain: readonly unknown[];
  readonly candidate_count: number;
  readonly exclusions: Readonly<Record<string, unknown>>;
  readonly decision_digest: string;
};

export const routingLogsTable = defineTable<RoutingLogRow>('routing_logs', ['id'], {
  id: 'uuid',
  request_id: 'uuid',
  org_id: 'uuid',
  considered_models: 'jsonb',
  final_model: 'text',
  reason: 'text',
  created_at: 'timestamptz',
  chain: 'jsonb',
  candidate_count: 'integer',
  exclusions: 'jsonb',
  decision_digest: 'text',
});

export const routingLogs: Projection = {
  name: 'routingLogs',
  version: 1,
  tables: [routingLogsTable],
  categories: ['request'],
  keysOf: () => [],
  evolve(_rows, event) {
    if (event.type !== 'RequestRouted') return [];
    const { requestId, orgId, routedAt, outcome } = event.data;
    return [
      put(routingLogsTable, {
        id: uuidv5(event.id, 'routing_log'),
        request_id: requestId,
        org_id: orgId,
        considered_models: outcome.candidates,
        final_model: outcome.chain[0]?.modelId ?? null,
        reason: outcome.reason,
        created_at: routedAt,
        chain: outcome.chain,
        candidate_count: outcome.candidateCount,
        exclusions: outcome.exclusions,
        decision_digest: outcome.decisionDigest,
      }),
    ];
  },
};
