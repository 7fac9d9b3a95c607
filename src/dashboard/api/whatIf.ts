// What another policy would have done with the org's requests. Nothing is changed by asking.
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type { PolicyAnswer, WhatIfAnswer } from '../../api/auditAnswers.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Instants } from '../format/span.ts';
import { getJson, sendJson } from './client.ts';

export type ActivePolicy = z.infer<typeof PolicyAnswer>;
export type WhatIf = z.infer<typeof WhatIfAnswer>;
export type Mover = WhatIf['movers'][number];
/** What of a policy can be tried on the page. */
export type PolicyPatch = Pick<Policy, 'weights' | 'qualityShare'>;

export const policyQuery = queryOptions({
  queryKey: ['policy'],
  queryFn: ({ signal }) => getJson<ActivePolicy>('/v1/policy', {}, signal),
});

export function whatIfQuery(instants: Instants, policy: PolicyPatch | undefined) {
  return queryOptions({
    queryKey: ['what-if', instants, policy],
    queryFn: () => sendJson<WhatIf>('POST', '/v1/what-if', { ...instants, policy }),
    enabled: policy !== undefined,
    staleTime: 5 * 60_000,
  });
}
