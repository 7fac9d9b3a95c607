// npm run admin -- COMMAND: orgs, users, keys and budgets, straight on the database; each change is recorded like one by HTTP.
import { createApiKey, revokeApiKey } from '../accounts/accounts.ts';
import { deleteBudget, listBudgets, setBudget } from '../accounts/budgetSettings.ts';
import { changeKey, listKeys, rotateKey } from '../accounts/keys.ts';
import { changeOrg, createOrg, createUser, listOrgs, listUsers } from '../accounts/orgs.ts';
import type { AccountTools } from '../accounts/outbox.ts';
import { RouterError } from '../domain/errors.ts';
import type { Queryable } from '../platform/postgres.ts';
import { StartError } from '../platform/startError.ts';
import { OPTIONS, type Options, needOption, readKeySettings, readLimits, readOption } from './adminArguments.ts';
import { readArguments, runCommand, withDatabase } from './command.ts';
import { formatTable } from './formatTable.ts';

const BY = 'npm run admin';
const ALL = { limit: 10_000 };

type Command = {
  readonly usage: string;
  /** What is printed. */
  readonly run: (tools: AccountTools, options: Options, id: string) => Promise<string>;
};

const COMMANDS: { readonly [name: string]: Command } = {
  orgs: {
    usage: '',
    run: async ({ postgres }) => formatTable((await listOrgs(postgres, ALL)).data),
  },
  'create-org': {
    usage: '--name NAME',
    run: async (tools, options) =>
      formatTable([await createOrg(tools, { ...orgSettings(options), name: needOption(options, 'name'), by: BY })]),
  },
  'change-org': {
    usage:
      '--org NAME [--name NEW] [--baseline MODEL|none] [--models A,B|none] [--markup 1:5,10:2.5,*:0|none] [--capture-content DAYS|none] [--requests-per-min N] [--tokens-per-min N] [--concurrent N]',
    run: async (tools, options) =>
      formatTable([await changeOrg(tools, await orgOf(tools.postgres, options), orgSettings(options), BY)]),
  },
  users: {
    usage: '[--org NAME]',
    run: async ({ postgres }, options) =>
      formatTable((await listUsers(postgres, { ...ALL, orgId: await maybeOrgOf(postgres, options) })).data),
  },
  'create-user': {
    usage: '--org NAME --email ADDRESS',
    run: async (tools, options) => {
      const orgId = await orgOf(tools.postgres, options);
      return formatTable([await createUser(tools, { orgId, email: needOption(options, 'email'), by: BY })]);
    },
  },
  keys: {
    usage: '[--org NAME]',
    run: async ({ postgres }, options) =>
      formatTable((await listKeys(postgres, { ...ALL, orgId: await maybeOrgOf(postgres, options) })).data),
  },
  'create-key': {
    usage:
      '--org NAME [--email ADDRESS] [--scopes chat,read,admin] [--expires-at TIME] [--models A,B] [--ips 192.0.2.0/24] [--requests-per-min N] [--tokens-per-min N] [--concurrent N]',
    async run(tools, options) {
      const { org, email } = { org: needOption(options, 'org'), email: options.email };
      const { key, keyId } = await createApiKey(tools, { ...readKeySettings(options), org, email, by: BY });
      return `The key ${keyId}; it is shown this once, only its hash is kept:\n${key}`;
    },
  },
  'change-key': {
    usage: 'ID, with the options of create-key; `none` takes a limit away',
    run: async (tools, options, id) => formatTable([await changeKey(tools, id, readKeySettings(options), BY)]),
  },
  'rotate-key': {
    usage: 'ID [--overlap-sec 3600]',
    async run(tools, options, keyId) {
      const overlapSec = readOption(options, 'overlap-sec');
      const { key, view } = await rotateKey(tools, { keyId, overlapSec, by: BY });
      return `The key ${view.id}; the old one ends in ${overlapSec} s. It is shown this once:\n${key}`;
    },
  },
  'revoke-key': {
    usage: 'ID',
    run: async (tools, _options, id) =>
      (await revokeApiKey(tools, id, BY)) ? 'The key is revoked.' : 'There is no such key, or it was revoked before.',
  },
  budgets: {
    usage: '[--org NAME]',
    run: async ({ postgres, clock }, options) =>
      formatTable(await listBudgets(postgres, { orgId: await maybeOrgOf(postgres, options) }, clock)),
  },
  'set-budget': {
    usage: '(--org NAME | --key ID) --period daily|monthly [--soft USD] [--hard USD]',
    async run(tools, options) {
      const scope = options.key === undefined ? 'org' : 'key';
      const subjectId = options.key ?? (await orgOf(tools.postgres, options));
      const limits = { softLimitUsd: readOption(options, 'soft'), hardLimitUsd: readOption(options, 'hard') };
      return formatTable([
        await setBudget(tools, { scope, subjectId, period: readOption(options, 'period'), ...limits }, BY),
      ]);
    },
  },
  'delete-budget': {
    usage: 'ID',
    async run(tools, _options, id) {
      await deleteBudget(tools, id, BY);
      return 'The budget is gone.';
    },
  },
};

const USAGE = Object.entries(COMMANDS)
  .map(([name, { usage }]) => `  npm run admin -- ${name} ${usage}`.trimEnd())
  .join('\n');

function orgSettings(options: Options) {
  return {
    name: options.name,
    baselineModel: options.baseline === 'none' ? null : options.baseline,
    allowedModels: options.models === undefined ? undefined : readOption(options, 'models'),
    limits: readLimits(options),
    captureContentDays: options['capture-content'] === undefined ? undefined : readOption(options, 'capture-content'),
    markup: options.markup === undefined ? undefined : readOption(options, 'markup'),
  };
}

async function maybeOrgOf(postgres: Queryable, options: Options): Promise<string | undefined> {
  return options.org === undefined ? undefined : await orgOf(postgres, options);
}

async function orgOf(postgres: Queryable, options: Options): Promise<string> {
  const name = needOption(options, 'org');
  const { rows } = await postgres.query<{ id: string }>('select id from orgs where name = $1 or id::text = $1', [name]);
  if (rows[0]) return rows[0].id;
  throw new StartError(
    `--org: found ${JSON.stringify(name)}; allowed: the name or id of an org (npm run admin -- orgs)`,
  );
}

await runCommand(async (tools) => {
  const { options, words } = readArguments(USAGE, OPTIONS);
  const [name = '', id = ''] = words;
  const command = COMMANDS[name];
  if (!command) throw new StartError(`Usage:\n${USAGE}`);
  if (command.usage.startsWith('ID') && !/^[0-9a-f-]{36}$/i.test(id))
    throw new StartError(
      `found ${JSON.stringify(id)}; allowed: an id\nUsage: npm run admin -- ${name} ${command.usage}`,
    );
  try {
    console.log(await withDatabase(tools, (postgres) => command.run({ ...tools, postgres }, options, id)));
  } catch (error) {
    // What a caller by HTTP would be told is for a person here too.
    if (error instanceof RouterError) throw new StartError(error.message, { cause: error });
    throw error;
  }
});
