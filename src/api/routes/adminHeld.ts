// /v1/admin/catalog/held: changes that a feed proposes and nobody else confirms, and what a person decides about them.
import { z } from 'zod';
import { RouterError } from '../../domain/errors.ts';
import { describeProposal, subjectOf } from '../../domain/holds.ts';
import { readHolds, settleHold } from '../../eventstore/catalogHolds.ts';
import { readHeldCounts } from '../../readmodels/jobRuns.ts';
import { pageOf } from '../adminForms.ts';
import { HeldAnswer } from '../jobAnswers.ts';
import { operatorOf } from '../middleware/authenticate.ts';
import { idIn, parseInput } from '../problem.ts';
import type { Route, RouteDoc } from './route.ts';

const admin = { tag: 'Admin', scope: 'admin' } as const satisfies Partial<RouteDoc>;

export const adminHeld: Route = {
  method: 'get',
  path: '/v1/admin/catalog/held',
  access: 'key',
  doc: {
    ...admin,
    summary: 'Changes of the catalog that are held back',
    answers: { 200: { description: 'The oldest first', schema: pageOf(HeldAnswer) } },
    errors: ['forbidden'],
  },
  create:
    ({ store, postgres }) =>
    async (_request, response) => {
      operatorOf(response);
      const { open, catalog } = await readHolds(store);
      const counts = await readHeldCounts(postgres);
      const data = open.map((hold) => {
        const { field, old, new: fresh } = describeProposal(hold, catalog.models.get(hold.modelId));
        return {
          id: hold.id,
          model: hold.modelId,
          field,
          old_value: old,
          new_value: fresh,
          source: hold.source,
          rule: hold.rule,
          reason: hold.reason,
          held_at: hold.at,
          readings: counts.get(subjectOf(hold)) ?? 1,
          proposed: hold.proposed,
        };
      });
      response.json({ data, next_cursor: null });
    },
};

const Decision = z
  .strictObject({ reason: z.string().trim().min(1).max(300).default('a person decided so') })
  .default({ reason: 'a person decided so' })
  .meta({ title: 'HeldDecision' });

const settling = (verdict: 'applied' | 'rejected', word: 'release' | 'reject', summary: string): Route => ({
  method: 'post',
  path: `/v1/admin/catalog/held/:id/${word}`,
  access: 'key',
  doc: {
    ...admin,
    summary,
    body: Decision,
    answers: {
      200: { description: 'It is settled', schema: z.object({ id: z.uuid(), model: z.string(), verdict: z.string() }) },
    },
    errors: ['validation_error', 'forbidden', 'not_found'],
  },
  create: (tools) => async (request, response) => {
    const by = operatorOf(response);
    const id = idIn(request.params['id'], 'held change');
    const { reason } = parseInput(Decision, request.body ?? {});
    const hold = await settleHold(tools, id, { verdict, by, reason });
    if (!hold) {
      throw new RouterError('not_found', 'No change of that id is held: it was settled already, or never was.', {
        shouldRetry: false,
      });
    }
    response.json({ id, model: hold.modelId, verdict });
  },
});

export const adminReleaseHeld = settling('applied', 'release', 'Applies a held change');
export const adminRejectHeld = settling('rejected', 'reject', 'Rejects a held change, also when the feed repeats it');
