// Every named fault × whole and streamed × the shapes of all five providers: what is recorded and what the caller hears stands in
// docs/failures.md, and nowhere else.
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { after, before } from 'mocha';
import type { ProviderName } from '../../../src/domain/catalog.ts';
import type { EventData } from '../../../src/domain/events.ts';
import type { Policy } from '../../../src/domain/policy.ts';
import { type DeadAddresses, openDeadAddresses } from '../../support/deadAddresses.ts';
import { FAULTS, type NamedFaults, WORDS, openNamedFaults } from '../../support/faults.ts';
import { type TestRouter, openTestRouter, withoutBreakers } from '../../support/router.ts';
import { until } from '../../support/until.ts';
import { wordsOf } from '../../support/vendorReplies.ts';

const MODELS: Readonly<Record<ProviderName, string>> = {
  openai: 'openai/gpt-5.4-mini',
  anthropic: 'anthropic/claude-sonnet-4-6',
  google: 'google/gemini-2.5-flash',
  openrouter: 'openrouter/deepseek/deepseek-v4-pro',
  groq: 'groq/openai/gpt-oss-120b',
};
const QUICK = { connectMs: 250, firstTokenMs: 1_500, idleMs: 500, wholeMs: 2_000, streamMs: 5_000 };
const MOST_MS = 6_000;

type Expected = { readonly attempt: string; readonly caller: string };
type Row = { readonly fault: string; readonly whole: Expected; readonly streamed: Expected };

function readTable(): Row[] {
  const rows = readFileSync('docs/failures.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| fault') && !line.startsWith('| ---'));
  return rows.map((line) => {
    const [, fault = '', , attempt = '', caller = '', streamedAttempt = '', streamedCaller = ''] = line
      .split('|')
      .map((cell) => cell.trim());
    return {
      fault,
      whole: { attempt, caller },
      streamed: { attempt: streamedAttempt, caller: streamedCaller },
    };
  });
}

const impatient = (policy: Policy): Policy => ({
  ...withoutBreakers(policy),
  fallback: { ...policy.fallback, retriesPerModel: 0 },
  timeouts: { normal: QUICK, reasoning: QUICK, own: {} },
});

type Heard = { readonly caller: string; readonly text: string; readonly requestId: string };

async function ask(router: TestRouter, model: string, stream: boolean): Promise<Heard> {
  const response = await fetch(`${router.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${router.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, stream, messages: [{ role: 'user', content: 'Count to sixty.' }] }),
    signal: AbortSignal.timeout(MOST_MS),
  });
  const text = await response.text();
  const requestId = response.headers.get('x-request-id') ?? '';
  if (response.status !== 200 || !stream) {
    const body = JSON.parse(text) as { error?: { code: string }; choices?: [{ message: { content: string } }] };
    const code = body.error ? ` ${body.error.code}` : '';
    return { caller: `${response.status}${code}`, text: body.choices?.[0].message.content ?? '', requestId };
  }
  const frames = text.split('\n\n').filter((frame) => frame.startsWith('data: '));
  const chunks = frames.filter((frame) => frame !== 'data: [DONE]').map((frame) => JSON.parse(frame.slice(6)) as Chunk);
  const said = chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('');
  const last = chunks.at(-1);
  const done = frames.at(-1) === 'data: [DONE]';
  if (last?.error) {
    expect(done, 'a broken stream has no [DONE]').to.equal(false);
    expect(last.choices[0]?.finish_reason).to.equal('error');
    return { caller: `chunk ${last.error.code}`, text: said, requestId };
  }
  expect(done, 'a whole stream ends with [DONE]').to.equal(true);
  return { caller: '200', text: said, requestId };
}

type Chunk = {
  readonly error?: { readonly code: string };
  readonly choices: readonly { readonly delta: { readonly content?: string }; readonly finish_reason: string | null }[];
};

async function check(
  router: TestRouter,
  vendor: ProviderName,
  stream: boolean,
  expected: Expected,
  isReached = true,
): Promise<void> {
  const heard = await ask(router, MODELS[vendor], stream);
  const events = await router.eventsOf(heard.requestId);
  const attempt = events.find(({ type }) => type === 'ProviderAttempted')?.data as EventData<'ProviderAttempted'>;
  const end = events.filter(({ type }) => type === 'RequestCompleted');
  const where = `${vendor}, ${stream ? 'streamed' : 'whole'}`;
  expect({ attempt: attempt.outcome, caller: heard.caller }, where).to.deep.equal(expected);
  // A vendor that was at work when its time was over bills its prompt; one that was never reached does not.
  if (attempt.outcome === 'timed-out' && attempt.providerStatus === null)
    expect(attempt.usage?.estimated, where).to.equal(isReached ? true : undefined);
  expect(end, `${where}: one end`).to.have.length(1);
  expect((end[0]?.data as { outcome: string } | undefined)?.outcome, where).to.equal(
    expected.caller === '200' ? 'succeeded' : 'failed',
  );
  if (expected.caller === '200') expect(heard.text.trim(), where).to.equal(wordsOf(WORDS).join('').trim());
  if (expected.caller.startsWith('chunk')) {
    expect(heard.text.split(' ').length, where).to.be.at.least(40);
    expect(wordsOf(WORDS).join('').startsWith(heard.text), where).to.equal(true);
  }
}

describe('what comes of a provider’s failures, as docs/failures.md has it', () => {
  const rows = readTable();
  const dead = ['refused', 'dns-failure', 'slow-connect'] as const;
  let faults: NamedFaults;
  let addresses: DeadAddresses;
  let router: TestRouter;
  before(async function () {
    this.timeout(40_000);
    faults = await openNamedFaults();
    addresses = await openDeadAddresses();
    router = await openTestRouter({ providers: faults, policy: impatient });
  });
  after(async function () {
    this.timeout(20_000);
    await router.close();
    await faults.close();
    await addresses.close();
  });

  it('has a row for every fault, and no other', () => {
    expect(rows.map(({ fault }) => fault)).to.have.members([...dead, ...Object.keys(FAULTS)]);
  });

  for (const { fault, whole, streamed } of rows.filter((row) => row.fault in FAULTS)) {
    it(`holds the row ${fault}`, async function () {
      this.timeout(30_000);
      faults.show(fault);
      const checks = (Object.keys(MODELS) as ProviderName[]).flatMap((vendor) => [
        () => check(router, vendor, false, whole),
        () => check(router, vendor, true, streamed),
      ]);
      if (fault === '64-mb-body') for (const run of checks) await run();
      else await Promise.all(checks.map((run) => run()));
    });
  }

  for (const name of dead) {
    it(`holds the row ${name}`, async function () {
      this.timeout(40_000);
      const row = rows.find(({ fault }) => fault === name);
      if (!row) throw new Error(`there is no row ${name}`);
      const own = await openTestRouter({ providers: { baseUrls: addresses.baseUrls[name] }, policy: impatient });
      try {
        for (const vendor of Object.keys(MODELS) as ProviderName[]) {
          await Promise.all([
            check(own, vendor, false, row.whole, false),
            check(own, vendor, true, row.streamed, false),
          ]);
        }
      } finally {
        await own.close();
      }
    });
  }

  it('leaves no connection of a failed call open', async () => {
    faults.show('stall-after-40-tokens');
    await Promise.all(Array.from({ length: 20 }, () => ask(router, MODELS.openai, true)));
    // What is left are idle ones that are kept for the next call.
    await until(async () => (await faults.connections()) === 0 || (await goodAgain()), { what: 'closed connections' });
  });

  async function goodAgain(): Promise<boolean> {
    faults.show(undefined);
    const heard = await ask(router, MODELS.openai, true);
    return heard.caller === '200' && (await faults.connections()) <= 5;
  }
});
