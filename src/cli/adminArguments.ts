// The options of `npm run admin`, checked by the same schemas as the bodies of the admin API. Pure.
import { z } from 'zod';
import { isIpRange } from '../accounts/ipRanges.ts';
import { type KeySettings, type LimitSettings, SCOPES } from '../accounts/keys.ts';
import { Markup, type MarkupBand } from '../domain/markup.ts';
import { isDecimal } from '../domain/money.ts';
import { StartError } from '../platform/startError.ts';

export const OPTIONS = [
  'org',
  'email',
  'name',
  'scopes',
  'expires-at',
  'requests-per-min',
  'tokens-per-min',
  'concurrent',
  'models',
  'ips',
  'baseline',
  'markup',
  'capture-content',
  'overlap-sec',
  'key',
  'period',
  'soft',
  'hard',
] as const;
type OptionName = (typeof OPTIONS)[number];
export type Options = { readonly [name in OptionName]?: string | undefined };

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
);
// `none` takes a limit or a list away.
const orNone = <T extends z.ZodType>(schema: T) => z.union([z.literal('none').transform(() => null), schema]);
const limit = orNone(z.coerce.number().int().min(1));

const SCHEMAS = {
  scopes: list.pipe(z.array(z.enum(SCOPES)).min(1)),
  'expires-at': orNone(z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString())),
  'requests-per-min': limit,
  'tokens-per-min': limit,
  concurrent: limit,
  models: orNone(list.pipe(z.array(z.string()).max(32))),
  ips: orNone(list.pipe(z.array(z.string().refine(isIpRange, 'an address or a network')).min(1))),
  // `1:5,10:2.5,*:0`: 5 % on models below 1 USD a million tokens, 2.5 % below 10, none on the rest.
  markup: orNone(list.transform((bands) => bands.map(toBand)).pipe(Markup)),
  // Days that prompts and answers are kept.
  'capture-content': orNone(z.coerce.number().int().min(1).max(3_650)),
  'overlap-sec': z.coerce.number().int().min(0).default(3_600),
  period: z.enum(['daily', 'monthly']),
  soft: z.string().refine(isAmount, 'USD, such as 12.50').nullable().default(null),
  hard: z.string().refine(isAmount, 'USD, such as 12.50').nullable().default(null),
} as const satisfies { readonly [name in OptionName]?: z.ZodType };

function toBand(text: string): MarkupBand {
  const [below = '', percent = ''] = text.split(':');
  return { below_usd_per_million: below === '*' ? null : below, percent };
}

function isAmount(text: string): boolean {
  return isDecimal(text) && !text.startsWith('-');
}

/** @throws StartError that names the option and what is allowed */
export function readOption<N extends keyof typeof SCHEMAS>(options: Options, name: N): z.output<(typeof SCHEMAS)[N]> {
  const result = SCHEMAS[name].safeParse(options[name]);
  if (result.success) return result.data as z.output<(typeof SCHEMAS)[N]>;
  const allowed = result.error.issues.map(({ message }) => message).join('; ');
  throw new StartError(`--${name}: found ${JSON.stringify(options[name] ?? 'nothing')}; allowed: ${allowed}`);
}

/** @throws StartError when it was not given */
export function needOption(options: Options, name: OptionName): string {
  const text = options[name];
  if (text !== undefined && text !== '') return text;
  throw new StartError(`--${name}: found nothing; allowed: a value`);
}

export function readLimits(options: Options): LimitSettings {
  const given = (name: 'requests-per-min' | 'tokens-per-min' | 'concurrent') =>
    options[name] === undefined ? undefined : readOption(options, name);
  return {
    requests_per_min: given('requests-per-min'),
    tokens_per_min: given('tokens-per-min'),
    concurrent: given('concurrent'),
  };
}

export function readKeySettings(options: Options): KeySettings {
  return {
    scopes: options.scopes === undefined ? undefined : readOption(options, 'scopes'),
    expiresAt: options['expires-at'] === undefined ? undefined : readOption(options, 'expires-at'),
    allowedModels: options.models === undefined ? undefined : readOption(options, 'models'),
    allowedIps: options.ips === undefined ? undefined : readOption(options, 'ips'),
    limits: readLimits(options),
  };
}
