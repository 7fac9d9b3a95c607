// The only reader of process.env. Reads `.env` beside it, checks everything at once, and gives out one frozen object.
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { parse } from 'dotenv';
import { z } from 'zod';
import { PROVIDERS, type ProviderName } from '../domain/catalog.ts';
import { allowedBy } from './allowed.ts';
import { ConfigError, type ConfigProblem } from './configError.ts';

const url = (...schemes: string[]) =>
  z
    .string()
    .refine(
      (text) => schemes.includes(schemeOf(text)),
      `a URL that begins with ${schemes.map((s) => `${s}://`).join(' or ')}`,
    );
const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, `a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((n) => n >= least && n <= most, `a whole number from ${least} to ${most}`);
const key = z.string().regex(/^\S+$/, 'a key without white space');

type Variable = {
  readonly schema: z.ZodType;
  readonly default?: string;
  readonly sentence: string;
  readonly secret?: boolean;
};

const HTTP = ['http', 'https'];
const baseUrl = (vendor: string, meaning: string, fallback: string): Variable => ({
  schema: url(...HTTP),
  default: fallback,
  sentence: `Where ${vendor} is called; ${meaning}.`,
});
const providerKey = (vendor: string): Variable => ({
  schema: key,
  sentence: `Key for ${vendor}, or several separated by commas, used in turn; without any provider key, simulated providers answer.`,
  secret: true,
});

/** Every variable that the router reads; .env.example and docs/configuration.md are held equal to this by a test. */
export const VARIABLES = {
  PORT: { schema: whole(0, 65535), default: '3000', sentence: 'Port of the HTTP API.' },
  HOST: { schema: z.string().min(1), default: '127.0.0.1', sentence: 'Address that the HTTP API listens on.' },
  NODE_ENV: {
    schema: z.enum(['development', 'production', 'test']),
    default: 'development',
    sentence: 'With `production`, logs are JSON lines and no local key is made or printed.',
  },
  LOG_LEVEL: {
    schema: z.enum(['error', 'warn', 'info', 'debug']),
    default: 'info',
    sentence: 'Least level that is logged.',
  },
  OMNI_DATA_DIR: {
    schema: z.string().min(1),
    default: '.omni',
    sentence: 'Folder of the embedded database, the spool and the local key; must be writable and persistent.',
  },
  DATABASE_URL: {
    schema: url('postgres', 'postgresql'),
    sentence: 'PostgreSQL 14 or newer for accounts and read models; unset = an embedded server in OMNI_DATA_DIR.',
    secret: true,
  },
  EVENTSTORE_URL: {
    schema: url('postgres', 'postgresql', 'esdb', 'esdb+discover'),
    sentence: 'Where the event log is: `esdb://…` or `postgres://…`; unset = in DATABASE_URL.',
    secret: true,
  },
  REDIS_URL: {
    schema: url('redis', 'rediss'),
    sentence: 'Redis for rate limits and jobs; unset = limits in process and jobs in Postgres.',
    secret: true,
  },
  SHUTDOWN_GRACE_SEC: {
    schema: whole(0, 600),
    default: '25',
    sentence: 'Seconds that running requests get to end after SIGTERM (3 under `npm start`).',
  },
  CORS_ORIGIN: {
    schema: z.string(),
    default: '',
    sentence: 'Origins that browsers may call from, separated by commas; `*` = any.',
  },
  TRUST_PROXY: {
    schema: z
      .string()
      .refine(isProxyList, 'addresses or networks separated by commas, `loopback`, or a number of hops'),
    default: '',
    sentence:
      'Proxies in front whose X-Forwarded-For counts: addresses, networks or `loopback`, separated by commas, or how many there are; unset = none.',
  },
  IMAGE_FETCH_ALLOW: {
    schema: z.string().refine((text) => toList(text).every(isNetwork), 'addresses or networks separated by commas'),
    default: '',
    sentence:
      'Networks that images may be fetched from by a caller’s word although they are not public, separated by commas; unset = none.',
  },
  RATE_LIMIT_MAX: {
    schema: whole(1, 1_000_000),
    default: '100',
    sentence: 'Requests that one key may make in a window.',
  },
  RATE_LIMIT_WINDOW_SEC: {
    schema: whole(1, 86_400),
    default: '60',
    sentence: 'Length of the rate-limit window in seconds.',
  },
  OPENAI_API_KEY: providerKey('OpenAI'),
  ANTHROPIC_API_KEY: providerKey('Anthropic'),
  GOOGLE_API_KEY: providerKey('Google Gemini'),
  OPENROUTER_API_KEY: providerKey('OpenRouter'),
  GROQ_API_KEY: providerKey('Groq'),
  OPENAI_BASE_URL: baseUrl('OpenAI', 'with /v1, as its SDK means it', 'https://api.openai.com/v1'),
  ANTHROPIC_BASE_URL: baseUrl('Anthropic', 'the host alone, as its SDK means it', 'https://api.anthropic.com'),
  GOOGLE_BASE_URL: baseUrl('Gemini', 'the bare root, as its SDK means it', 'https://generativelanguage.googleapis.com'),
  OPENROUTER_BASE_URL: baseUrl(
    'OpenRouter, its models feed included',
    'with /api/v1, as its SDK means it',
    'https://openrouter.ai/api/v1',
  ),
  GROQ_BASE_URL: baseUrl('Groq', 'the host alone, as its SDK means it', 'https://api.groq.com'),
  ARTIFICIALANALYSIS_BASE_URL: baseUrl(
    'ArtificialAnalysis (ratings)',
    'the host alone',
    'https://artificialanalysis.ai',
  ),
  ARTIFICIALANALYSIS_API_KEY: {
    schema: key,
    sentence: 'Key for the rating feed; without it, ratings come from OpenRouter.',
    secret: true,
  },
  ALERT_WEBHOOK_URL: {
    schema: url(...HTTP),
    sentence:
      'Where each alert is posted once, signed with ALERT_WEBHOOK_SECRET; unset = alerts are in log and events only.',
    secret: true,
  },
  ALERT_WEBHOOK_SECRET: {
    schema: key,
    sentence: 'What alerts are signed with (HMAC-SHA256); required with ALERT_WEBHOOK_URL.',
    secret: true,
  },
  MODELS_DEV_URL: baseUrl('models.dev (prices)', 'the whole address of its JSON', 'https://models.dev/api.json'),
} as const satisfies Record<string, Variable>;

export type VariableName = keyof typeof VARIABLES;
/** No key = not configured; several are used in turn. */
export type ProviderSettings = { readonly apiKeys: readonly string[]; readonly baseUrl: string };

export type Env = {
  readonly port: number;
  readonly host: string;
  readonly nodeEnv: 'development' | 'production' | 'test';
  readonly logLevel: 'error' | 'warn' | 'info' | 'debug';
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  readonly eventStoreUrl: string | undefined;
  readonly redisUrl: string | undefined;
  readonly shutdownGraceMs: number;
  readonly corsOrigins: readonly string[];
  readonly imageNetworks: readonly string[];
  /** Addresses and networks, or a number of hops. */
  readonly trustProxy: number | readonly string[];
  readonly rateLimit: { readonly max: number; readonly windowSec: number };
  readonly providers: { readonly [name in ProviderName]: ProviderSettings };
  readonly artificialAnalysis: { readonly apiKey: string | undefined; readonly baseUrl: string };
  readonly modelsDevUrl: string;
  readonly alertWebhook: { readonly url: string; readonly secret: string } | undefined;
};

export type RawEnv = { readonly [name: string]: string | undefined };

/** The process's environment over what the file `.env` in the working folder says. */
export function readRawEnv(file = '.env'): RawEnv {
  return { ...readDotenv(file), ...process.env };
}

function readDotenv(file: string): RawEnv {
  try {
    return parse(readFileSync(file));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw new ConfigError(
      [{ file, path: '', found: 'a file that cannot be read', allowed: 'a readable file, or none' }],
      { cause: error },
    );
  }
}

/** Checks every variable. An empty value counts as unset. @throws ConfigError with all problems together. */
export function loadEnv(raw: RawEnv = readRawEnv()): Env {
  const problems: ConfigProblem[] = [];
  const read = (name: VariableName): unknown => {
    const variable: Variable = VARIABLES[name];
    const text = raw[name] === undefined || raw[name] === '' ? variable.default : raw[name];
    if (text === undefined) return undefined;
    const result = variable.schema.safeParse(text);
    if (result.success) return result.data;
    const found = variable.secret ? 'a value of another form' : JSON.stringify(text);
    problems.push({ file: 'environment', path: name, found, allowed: result.error.issues.map(allowedBy).join('; ') });
    return undefined;
  };
  const values = Object.fromEntries(Object.keys(VARIABLES).map((name) => [name, read(name as VariableName)]));
  if (values['ALERT_WEBHOOK_URL'] !== undefined && values['ALERT_WEBHOOK_SECRET'] === undefined) {
    const allowed = 'a secret to sign alerts with, because ALERT_WEBHOOK_URL is set';
    problems.push({ file: 'environment', path: 'ALERT_WEBHOOK_SECRET', found: 'nothing', allowed });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return toEnv(values);
}

/** Values have just been checked by their schemas; this only gives them their names. */
function toEnv(values: Record<string, unknown>): Env {
  const text = (name: VariableName): string => values[name] as string;
  const optional = (name: VariableName): string | undefined => values[name] as string | undefined;
  const number = (name: VariableName): number => values[name] as number;
  const list = (name: VariableName): readonly string[] => Object.freeze(toList(optional(name) ?? ''));
  const baseUrlOf = (prefix: string): string => text(`${prefix}_BASE_URL` as VariableName).replace(/\/+$/, '');
  const provider = (prefix: string): ProviderSettings =>
    Object.freeze({ apiKeys: list(`${prefix}_API_KEY` as VariableName), baseUrl: baseUrlOf(prefix) });
  const providers = Object.fromEntries(PROVIDERS.map((name) => [name, provider(name.toUpperCase())]));
  const webhook = optional('ALERT_WEBHOOK_URL');
  return Object.freeze({
    port: number('PORT'),
    host: text('HOST'),
    nodeEnv: text('NODE_ENV') as Env['nodeEnv'],
    logLevel: text('LOG_LEVEL') as Env['logLevel'],
    dataDir: text('OMNI_DATA_DIR'),
    databaseUrl: optional('DATABASE_URL'),
    eventStoreUrl: optional('EVENTSTORE_URL'),
    redisUrl: optional('REDIS_URL'),
    shutdownGraceMs: number('SHUTDOWN_GRACE_SEC') * 1000,
    corsOrigins: list('CORS_ORIGIN'),
    imageNetworks: Object.freeze(toList(text('IMAGE_FETCH_ALLOW'))),
    trustProxy: toProxies(text('TRUST_PROXY')),
    rateLimit: Object.freeze({ max: number('RATE_LIMIT_MAX'), windowSec: number('RATE_LIMIT_WINDOW_SEC') }),
    providers: Object.freeze(providers) as Env['providers'],
    artificialAnalysis: Object.freeze({
      apiKey: optional('ARTIFICIALANALYSIS_API_KEY'),
      baseUrl: baseUrlOf('ARTIFICIALANALYSIS'),
    }),
    modelsDevUrl: text('MODELS_DEV_URL'),
    alertWebhook:
      webhook === undefined ? undefined : Object.freeze({ url: webhook, secret: text('ALERT_WEBHOOK_SECRET') }),
  });
}

function toList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}

function toProxies(text: string): number | readonly string[] {
  return /^\d+$/.test(text) ? Number(text) : Object.freeze(toList(text));
}

/** What Express's own `trust proxy` understands; `true` is not among it: that would believe anybody. */
function isProxyList(text: string): boolean {
  if (/^\d+$/.test(text)) return Number(text) <= 16;
  return toList(text).every((part) => ['loopback', 'linklocal', 'uniquelocal'].includes(part) || isNetwork(part));
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  const most = version === 4 ? 32 : 128;
  return version > 0 && rest.length === 0 && (bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= most));
}

function schemeOf(text: string): string {
  // Not the URL class: an EventStoreDB address may list several hosts, which that refuses.
  return /^([a-z][a-z+]*):\/\/\S+$/.exec(text)?.[1] ?? '';
}
