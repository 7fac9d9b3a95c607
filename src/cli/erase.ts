// npm run erase -- --request ID | --user EMAIL | --older-than 12h: takes kept bodies away. The events stay, and stay valid.
import { z } from 'zod';
import { type Erasure, eraseContent } from '../accounts/eraseContent.ts';
import { StartError } from '../platform/startError.ts';
import { readArguments, runCommand, withDatabase } from './command.ts';

const USAGE = 'npm run erase -- --request ID | --user EMAIL | --older-than 30m|12h|7d';
const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

await runCommand(async (tools) => {
  const { options } = readArguments(USAGE, ['request', 'user', 'older-than']);
  const what = toErasure(options, tools.clock.now());
  const count = await withDatabase(tools, (postgres) => eraseContent(postgres, what));
  console.log(`${count} kept ${count === 1 ? 'body was' : 'bodies were'} erased. The events stay as they are.`);
});

function toErasure(options: Record<string, string | undefined>, now: number): Erasure {
  const { request, user, 'older-than': age } = options;
  if ([request, user, age].filter((given) => given !== undefined).length !== 1)
    throw new StartError(`say one of the three\nUsage: ${USAGE}`);
  if (user !== undefined) return { email: user };
  if (request !== undefined) {
    if (!z.uuid().safeParse(request).success)
      throw new StartError(`--request: found "${request}"; allowed: the id of a request\nUsage: ${USAGE}`);
    return { requestId: request };
  }
  const [, number = '', unit = ''] = /^(\d+)([mhd])$/.exec(age ?? '') ?? [];
  if (number === '') throw new StartError(`--older-than: found "${age}"; allowed: 30m, 12h, 7d\nUsage: ${USAGE}`);
  return { before: new Date(now - Number(number) * (UNITS[unit] ?? 0)) };
}
