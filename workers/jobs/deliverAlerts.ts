// Alerts on their way: each is an event in the log and a log line, then one signed POST where a webhook is set.
import { createHmac } from 'node:crypto';
import { canonicalJson, saysTheSame } from '../../src/domain/canonicalJson.ts';
import { ADMIN_STREAM } from '../../src/domain/events.ts';
import { appendChanges } from '../../src/eventstore/appendChanges.ts';
import { isoTime } from '../../src/platform/clock.ts';
import type { Job, JobTools } from '../job.ts';
import {
  type Alert,
  markAppended,
  markDelivered,
  markUndelivered,
  nextUndelivered,
  readUnappended,
} from '../records/alerts.ts';

const POST_TIMEOUT_MS = 10_000;
/** An alert is tried for so long; then it stands in the table as undelivered. */
const TRIED_MS = 24 * 3_600_000;
const MOST_A_RUN = 200;

export const deliverAlerts: Job<'deliverAlerts'> = {
  timeoutMs: 120_000,
  isFrequent: true,
  async run(tools, { signal }) {
    const appended = await appendAlerts(tools);
    const { delivered, failures } = await postAlerts(tools, signal);
    // BullMQ tries again, and what was delivered is not posted a second time.
    if (failures.length > 0) throw new Error(`${failures.length} alerts could not be posted: ${failures[0]}`);
    return { appended, delivered };
  },
};

async function appendAlerts(tools: JobTools): Promise<number> {
  const { postgres, clock, logger } = tools;
  return await postgres.transaction(async (client) => {
    const alerts = await readUnappended(client);
    if (alerts.length === 0) return 0;
    const drafts = alerts.map(({ at, kind, subject, message }) => ({ at, kind, subject, message }));
    await appendChanges(tools, ADMIN_STREAM, (events) => {
      // What an earlier run appended and could not mark is left out.
      const known = events.flatMap((event) => (event.type === 'AlertRaised' ? [event.data] : []));
      return drafts
        .filter((draft) => !known.some((data) => saysTheSame(data, draft)))
        .map((data) => ({ type: 'AlertRaised' as const, data }));
    });
    await markAppended(
      client,
      alerts.map(({ id }) => id),
      isoTime(clock.now()),
    );
    for (const { kind, subject, message } of alerts) logger.warn('alert', { kind, subject, told: message });
    return alerts.length;
  });
}

async function postAlerts(tools: JobTools, signal: AbortSignal) {
  const { postgres, clock, places } = tools;
  const failures: string[] = [];
  let delivered = 0;
  let last: string | undefined;
  for (let count = 0; places.webhook && count < MOST_A_RUN; count += 1) {
    const { webhook } = places;
    const after = last;
    const id = await postgres.transaction(async (client) => {
      const alert = await nextUndelivered(client, new Date(clock.now() - TRIED_MS), after);
      if (!alert) return undefined;
      const failure = await post(webhook, alert, clock.now(), signal);
      if (failure === undefined) await markDelivered(client, alert.id, isoTime(clock.now()));
      else await markUndelivered(client, alert.id, failure);
      if (failure === undefined) delivered += 1;
      else failures.push(failure);
      return alert.id;
    });
    if (id === undefined) break;
    last = id;
  }
  return { delivered, failures };
}

/**
 * The body is signed with its time, so that neither can be changed or sent again later: `x-omni-signature: t=<seconds>,v1=<hex>`,
 * HMAC-SHA256 over `<seconds>.<body>`. `x-omni-delivery` is the alert's id, the same in every try.
 */
async function post(
  { url, secret }: { readonly url: string; readonly secret: string },
  { id, at, kind, subject, message }: Alert,
  now: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const body = canonicalJson({ id, at, kind, subject, message });
  const seconds = Math.floor(now / 1_000);
  const signature = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-omni-delivery': id,
        'x-omni-signature': `t=${seconds},v1=${signature}`,
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(POST_TIMEOUT_MS)]),
    });
    await response.arrayBuffer();
    return response.ok ? undefined : `the webhook answered ${response.status}`;
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  }
}
