// npm run ask -- "Write a haiku about SQL" [--priority best …]: asks the running router with the local key, and tells in plain
// words which model answered, why, what it cost and what it saved.
import { request } from 'undici';
import { z } from 'zod';
import { readLocalKey } from '../accounts/localKey.ts';
import { StartError } from '../platform/startError.ts';
import { readArguments, runCommand } from './command.ts';

const USAGE =
  'npm run ask -- "Write a haiku about SQL" [--priority cheap|balanced|best] [--latency fast|normal] [--model ID] [--max-cost USD]';

const Reply = z.looseObject({
  output: z.string().nullish(),
  model_used: z.string().optional(),
  provider: z.string().optional(),
  cost_usd: z.string().nullish(),
  savings_estimate_usd: z.string().nullish(),
  baseline_model: z.string().nullish(),
  latency_ms: z.number().optional(),
  reason: z.string().optional(),
  simulated: z.boolean().optional(),
  error: z.looseObject({ message: z.string(), code: z.string().nullish() }).optional(),
});

await runCommand(async ({ env }) => {
  const { options, words } = readArguments(USAGE, ['priority', 'latency', 'model', 'max-cost']);
  const question = words.join(' ');
  if (!question) throw new StartError(`Usage: ${USAGE}`);
  const key = readLocalKey(env.dataDir);
  if (key === undefined)
    throw new StartError(`there is no local key in ${env.dataDir}: start the router with \`npm start\` first`);
  const reply = await post(`http://${env.host}:${env.port}/v1/chat`, key, {
    messages: [{ role: 'user', content: question }],
    priority: options['priority'],
    latency_pref: options['latency'],
    model: options['model'],
    max_cost: options['max-cost'] === undefined ? undefined : Number(options['max-cost']),
  });
  if (reply.error) throw new StartError(`${reply.error.code ?? 'error'}: ${reply.error.message}`);
  console.log(`${reply.output ?? '(no text)'}\n`);
  console.log(
    `${reply.simulated ? 'Simulated: ' : ''}${reply.provider}/${reply.model_used} answered in ${reply.latency_ms} ms.`,
  );
  console.log(`Why: ${reply.reason}`);
  console.log(
    reply.cost_usd == null
      ? 'Cost: not known, because a price is missing.'
      : `Cost: $${reply.cost_usd}; against ${reply.baseline_model ?? 'no baseline'} it saved an estimated $${reply.savings_estimate_usd ?? '?'}.`,
  );
});

async function post(url: string, key: string, body: object): Promise<z.infer<typeof Reply>> {
  try {
    const reply = await request(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return Reply.parse(await reply.body.json());
  } catch (error) {
    if (error instanceof z.ZodError) throw error;
    throw new StartError(`no router answers at ${url}: start it with \`npm start\` (PORT and HOST say where it is)`, {
      cause: error,
    });
  }
}
