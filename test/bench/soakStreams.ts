// npm run soak -- streams: that many streams at once for a minute, a quarter of them read slowly: no chunk lost or out of order, and the
// memory of the web process flat.
import { type Agent, Agent as HttpAgent, type IncomingMessage, request } from 'node:http';
import { newDataDir, removeDataDir, startSystem } from '../support/system.ts';
import { forkPort, pidOf, residentMb } from './processes.ts';

const SECONDS = 60;
const SLOW_SHARE = 0.25;
const SLOW_PAUSE_MS = 20;
/** Growth from the first third to the last that is not noise of the collector. */
const MOST_GROWTH = 1.25;
const TOKENS = { steady: 100, fast: 1_500 };

type Counts = { whole: number; broken: number; tokens: number };
type Target = { readonly url: string; readonly key: string; readonly agent: Agent };

export async function soakStreams(count: number, seconds = SECONDS): Promise<{ text: string; whole: boolean }> {
  const upstream = await forkPort('test/bench/streamUpstream.ts', []);
  const dataDir = newDataDir();
  const system = await startSystem({
    dataDir,
    env: { OPENAI_API_KEY: 'soak', OPENAI_BASE_URL: `http://127.0.0.1:${upstream.port}/v1`, LOG_LEVEL: 'warn' },
  });
  try {
    const web = pidOf(dataDir, 'src/main.ts');
    const counts: Counts = { whole: 0, broken: 0, tokens: 0 };
    const target: Target = {
      url: system.url,
      key: system.key,
      agent: new HttpAgent({ keepAlive: true, maxSockets: count }),
    };
    const end = performance.now() + seconds * 1_000;
    const memory: number[] = [];
    const watching = setInterval(() => memory.push(residentMb(web)), 1_000);
    await Promise.all(
      Array.from({ length: count }, (_, place) => readUntil(end, place < count * SLOW_SHARE, target, counts)),
    );
    clearInterval(watching);
    target.agent.destroy();
    return report(count, seconds, counts, memory);
  } finally {
    await system.stop();
    upstream.child.kill();
    removeDataDir(dataDir);
  }
}

function mean(list: readonly number[]): number {
  return list.reduce((sum, one) => sum + one, 0) / Math.max(1, list.length);
}

function report(count: number, seconds: number, { whole, broken, tokens }: Counts, memory: readonly number[]) {
  const third = Math.max(1, Math.floor(memory.length / 3));
  const early = mean(memory.slice(third, 2 * third));
  const late = mean(memory.slice(-third));
  const flat = late / early <= MOST_GROWTH;
  const text = [
    `${count} streams at once for ${seconds} s, a quarter of them read slowly.`,
    '',
    `- whole streams: ${whole}, broken or out of order: ${broken}, tokens: ${tokens}`,
    `- memory of the web process: ${early.toFixed(0)} MB in the second third, ${late.toFixed(0)} MB in the last (${(late / early).toFixed(2)}; flat = at most ${MOST_GROWTH})`,
    '',
    broken === 0 && whole > 0 && flat ? 'Whole: nothing lost, nothing out of order, memory flat.' : 'NOT whole.',
  ].join('\n');
  return { text, whole: broken === 0 && whole > 0 && flat };
}

async function readUntil(end: number, slow: boolean, target: Target, counts: Counts): Promise<void> {
  while (performance.now() < end) {
    const said = await readOne(slow, target);
    const wanted = slow ? TOKENS.fast : TOKENS.steady;
    const inOrder = said.tokens.length === wanted && said.tokens.every((token, place) => token === place);
    if (inOrder && said.done) counts.whole += 1;
    else counts.broken += 1;
    counts.tokens += said.tokens.length;
  }
}

async function readOne(slow: boolean, { url, key, agent }: Target): Promise<{ tokens: number[]; done: boolean }> {
  const body = {
    model: 'openai/gpt-5.4-mini',
    stream: true,
    messages: [{ role: 'user', content: slow ? 'fast' : 'steady' }],
  };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const asked = request(
      `${url}/v1/chat/completions`,
      { method: 'POST', agent, headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' } },
      resolve,
    );
    asked.once('error', reject);
    asked.end(JSON.stringify(body));
  });
  const tokens: number[] = [];
  let rest = '';
  let done = false;
  response.setEncoding('utf8');
  for await (const piece of response as AsyncIterable<string>) {
    const frames = (rest + piece).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      if (frame === 'data: [DONE]') done = true;
      const number = /"content":"(\d+)/.exec(frame)?.[1];
      if (number !== undefined) tokens.push(Number(number));
    }
    if (slow) await new Promise((resolve) => setTimeout(resolve, SLOW_PAUSE_MS));
  }
  return { tokens, done };
}
