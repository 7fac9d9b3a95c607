// What callers said of answers, as a table.
import { uuidv5 } from '../src/domain/uuidv5.ts';
import { type Projection, defineTable, put } from './projection.ts';

export type FeedbackRow = {
  readonly id: string;
  readonly request_id: string;
  readonly org_id: string;
  readonly given_at: string;
  readonly score: string | null;
  readonly accepted: boolean | null;
  readonly label: string | null;
};

export const feedbackTable = defineTable<FeedbackRow>('feedback', ['id'], {
  id: 'uuid',
  request_id: 'uuid',
  org_id: 'uuid',
  given_at: 'timestamptz',
  score: 'numeric',
  accepted: 'boolean',
  label: 'text',
});

export const feedback: Projection = {
  name: 'feedback',
  version: 1,
  tables: [feedbackTable],
  categories: ['feedback'],
  keysOf: () => [],
  evolve(_rows, event) {
    if (event.type !== 'FeedbackGiven') return [];
    const { requestId, orgId, at, score, accepted, label } = event.data;
    return [
      put(feedbackTable, {
        id: uuidv5(event.id, 'feedback'),
        request_id: requestId,
        org_id: orgId,
        given_at: at,
        score: score === null ? null : String(score),
        accepted,
        label,
      }),
    ];
  },
};
