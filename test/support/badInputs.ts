// Sends generated bad inputs to a router, and tells what must not be: a 5xx, an answer that is no JSON, a hang.
import { connect } from 'node:net';
import * as fc from 'fast-check';
import { Pool } from 'undici';
import { type BadInput, badInput, rawLine } from './badInputArbitraries.ts';
import type { TestRouter } from './router.ts';

export type BadRun = {
  readonly sent: number;
  readonly byStatus: Readonly<Record<number, number>>;
  /** What must not be, with the input that made it, at most ten. */
  readonly problems: readonly string[];
  /** Memory of this process, vendor and test included: after a tenth of the inputs, and at the end. */
  readonly memoryMb: { readonly early: number; readonly late: number };
};

const AT_ONCE = 8;
const LATE_MS = 20_000;
const RAW_EVERY = 25;
const MB = 1024 * 1024;

export async function sendBadInputs(router: TestRouter, key: string, count: number, seed: number): Promise<BadRun> {
  const inputs = fc.sample(badInput, { numRuns: count, seed });
  const raw = fc.sample(rawLine, { numRuns: Math.ceil(count / RAW_EVERY), seed });
  const pool = new Pool(router.url, { connections: AT_ONCE, headersTimeout: LATE_MS, bodyTimeout: LATE_MS });
  const byStatus: Record<number, number> = {};
  const problems: string[] = [];
  const memoryMb = { early: 0, late: 0 };
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < inputs.length; index = next++) {
      const input = inputs[index];
      if (!input) return;
      if (index === Math.floor(count / 10)) memoryMb.early = usedMb();
      const { status, problem } = await sendOne(pool, key, input);
      byStatus[status] = (byStatus[status] ?? 0) + 1;
      if (problem !== undefined && problems.length < 10)
        problems.push(`${problem} ← ${describe(input)} (seed ${seed})`);
      const line = index % RAW_EVERY === 0 ? raw[index / RAW_EVERY] : undefined;
      if (line !== undefined) await sendRaw(router.url, line);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  memoryMb.late = usedMb();
  await pool.close();
  const alive = await router.send('/health', { key: null });
  if (alive.status !== 200) problems.push(`the router does not live any more: ${alive.status}`);
  return { sent: inputs.length + raw.length, byStatus, problems, memoryMb };
}

function usedMb(): number {
  globalThis.gc?.();
  return Math.round(process.memoryUsage().heapUsed / MB);
}

async function sendOne(pool: Pool, key: string, input: BadInput): Promise<{ status: number; problem?: string }> {
  const { method, path, headers: sent, body: content } = input;
  try {
    const {
      statusCode: status,
      headers: told,
      body: answer,
    } = await pool.request({
      method,
      path,
      headers: { authorization: `Bearer ${key}`, ...sent },
      body: content,
    });
    if (path.startsWith('/v1/live') && status === 200) {
      answer.on('error', () => undefined).destroy();
      return { status };
    }
    const text = await answer.text();
    if (status >= 500) return { status, problem: `${status} ${text.slice(0, 300)}` };
    const isJson = String(told['content-type']).startsWith('application/json');
    if (isJson) JSON.parse(text);
    else if (status >= 400) return { status, problem: `${status} is told as ${String(told['content-type'])}` };
    return { status };
  } catch (error) {
    // What the client library does not even send is no answer of ours.
    if (error instanceof Error && /invalid (path|header|request)|must be/i.test(error.message)) return { status: 0 };
    return { status: 0, problem: String(error) };
  }
}

function sendRaw(url: string, line: string | Buffer): Promise<void> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.end(line));
    socket.setTimeout(LATE_MS, () => socket.destroy());
    socket.on('data', () => undefined).on('error', () => undefined);
    socket.on('close', () => resolve());
  });
}

function describe({ method, path, headers: sent, body: content }: BadInput): string {
  return `${method} ${path.slice(0, 200)} ${JSON.stringify(sent).slice(0, 300)} ${String(content).slice(0, 400)}`;
}
