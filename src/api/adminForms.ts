// The forms of the admin API: what it takes and what it answers, and from its names to ours.
import { z } from 'zod';
import type { BudgetWish } from '../accounts/budgetSettings.ts';
import { isIpRange } from '../accounts/ipRanges.ts';
import { type KeySettings, SCOPES } from '../accounts/keys.ts';
import type { OrgSettings } from '../accounts/orgs.ts';
import { type Catalog, findModel } from '../domain/catalog.ts';
import { RouterError } from '../domain/errors.ts';
import { Markup } from '../domain/markup.ts';
import { isDecimal, parseUsd } from '../domain/money.ts';

const name = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}]*$/u, 'no control characters');
const email = z
  .string()
  .trim()
  .min(1)
  .max(320)
  .regex(/^[^\s\p{Cc}]+$/u, 'an address without spaces');
const most = z.int().min(1).max(1_000_000_000).nullable();
const id = z.uuid();
const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString());
const usd = z
  .string()
  .max(40)
  .refine(isAmount, 'USD as a decimal text of at most 12 decimals, not negative')
  .nullable();
const models = z.array(z.string().min(1).max(200)).max(32).nullable();
const ips = z
  .array(z.string().max(60).refine(isIpRange, 'an address (192.0.2.7) or a network (192.0.2.0/24, 2001:db8::/32)'))
  .min(1)
  .max(64)
  .nullable();

function isAmount(text: string): boolean {
  if (!isDecimal(text) || text.startsWith('-')) return false;
  try {
    // The database keeps 18 digits before the point.
    return parseUsd(text) < 10n ** 30n;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Per minute, and at once; null = no limit. */
export const LimitsForm = z.strictObject({
  requests_per_min: most.optional(),
  tokens_per_min: most.optional(),
  concurrent: most.optional(),
});

export const Paging = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: z.string().max(200).optional(),
});
export const PagingOfOrg = Paging.extend({ org_id: id.optional() });

const orgFields = {
  baseline_model: z.string().min(1).max(200).nullable().optional(),
  allowed_models: models.optional(),
  limits: LimitsForm.optional(),
  markup: Markup.nullable().optional(),
  capture_content_days: z
    .int()
    .min(1)
    .max(3_650)
    .nullable()
    .optional()
    .meta({ description: 'Days that prompts and answers are kept; null = not at all' }),
};
export const OrgCreation = z.strictObject({ name, ...orgFields }).meta({ title: 'OrgCreation' });
export const OrgChange = z.strictObject({ name: name.optional(), ...orgFields }).meta({ title: 'OrgChange' });
export const UserCreation = z.strictObject({ org_id: id, email }).meta({ title: 'UserCreation' });

const keyFields = {
  scopes: z.array(z.enum(SCOPES)).min(1).max(3).optional(),
  expires_at: instant.nullable().optional(),
  limits: LimitsForm.optional(),
  allowed_models: models.optional(),
  allowed_ips: ips.optional(),
};
export const KeyCreation = z
  .strictObject({ org_id: id, email: email.optional(), ...keyFields })
  .meta({ title: 'KeyCreation' });
export const KeyChange = z.strictObject(keyFields).meta({ title: 'KeyChange' });
export const KeyRotation = z
  .strictObject({
    overlap_sec: z
      .int()
      .min(0)
      .max(30 * 86_400)
      .default(3_600),
  })
  .meta({ title: 'KeyRotation' });

export const BudgetSetting = z
  .strictObject({
    scope: z.enum(['org', 'key']),
    subject_id: id,
    period: z.enum(['daily', 'monthly']),
    soft_limit_usd: usd.default(null),
    hard_limit_usd: usd.default(null),
  })
  .refine((set) => set.soft_limit_usd !== null || set.hard_limit_usd !== null, 'a soft or a hard limit, or both')
  .meta({ title: 'BudgetSetting' });

const time = z.iso.datetime();
const limits = z.object({ requests_per_min: most, tokens_per_min: most, concurrent: most });
export const OrgAnswer = z
  .object({
    id,
    name: z.string(),
    baseline_model: z.string().nullable(),
    allowed_models: z.array(z.string()).nullable(),
    limits,
    markup: Markup.nullable(),
    capture_content_days: z.int().nullable(),
    created_at: time,
  })
  .meta({ title: 'Org' });
export const UserAnswer = z.object({ id, org_id: id, email: z.string(), created_at: time }).meta({ title: 'User' });
export const KeyAnswer = z
  .object({
    id,
    org_id: id,
    user_email: z.string(),
    prefix: z.string(),
    scopes: z.array(z.enum(SCOPES)),
    created_at: time,
    expires_at: time.nullable(),
    revoked_at: time.nullable(),
    last_used_at: time.nullable(),
    limits,
    allowed_models: z.array(z.string()).nullable(),
    allowed_ips: z.array(z.string()).nullable(),
  })
  .meta({ title: 'Key' });
export const NewKeyAnswer = KeyAnswer.extend({ key: z.string().meta({ description: 'shown this once' }) }).meta({
  title: 'NewKey',
});
export const BudgetAnswer = z
  .object({
    id,
    scope: z.enum(['org', 'key']),
    subject_id: id,
    org_id: id,
    period: z.enum(['daily', 'monthly']),
    soft_limit_usd: z.string().nullable(),
    hard_limit_usd: z.string().nullable(),
    spent_usd: z.string(),
    reserved_usd: z.string(),
    resets_at: time,
  })
  .meta({ title: 'Budget' });
export const pageOf = <T extends z.ZodType>(row: T) =>
  z.object({ data: z.array(row), next_cursor: z.string().nullable() });

export const AccountAnswer = z
  .object({
    org: z.object({
      id,
      name: z.string(),
      baseline_model: z.string().nullable(),
      capture_content_days: z.int().nullable(),
    }),
    key: z.object({ id, prefix: z.string(), scopes: z.array(z.enum(SCOPES)) }),
    limits: z.object({ key: limits, org: limits }),
    allowed_models: z.array(z.string()).nullable(),
    budgets: z.array(BudgetAnswer),
  })
  .meta({ title: 'Account' });

/** @throws RouterError `model_not_found` for a name that the catalog does not have */
export function toOrgSettings(form: z.infer<typeof OrgChange>, catalog: Catalog): OrgSettings {
  const { baseline_model: baseline, allowed_models: allowed } = form;
  return {
    name: form.name,
    baselineModel: baseline && idOf(baseline, catalog, 'baseline_model'),
    allowedModels: toIds(allowed, catalog),
    limits: form.limits,
    markup: form.markup,
    captureContentDays: form.capture_content_days,
  };
}

/** @throws RouterError `model_not_found` for a name that the catalog does not have */
export function toKeySettings(form: z.infer<typeof KeyChange>, catalog: Catalog): KeySettings {
  return {
    scopes: form.scopes && [...new Set(form.scopes)],
    expiresAt: form.expires_at,
    limits: form.limits,
    allowedModels: toIds(form.allowed_models, catalog),
    allowedIps: form.allowed_ips,
  };
}

export function toBudgetWish(form: z.infer<typeof BudgetSetting>): BudgetWish {
  return {
    scope: form.scope,
    subjectId: form.subject_id,
    period: form.period,
    softLimitUsd: form.soft_limit_usd,
    hardLimitUsd: form.hard_limit_usd,
  };
}

function toIds(names: readonly string[] | null | undefined, catalog: Catalog): string[] | null | undefined {
  return names && [...new Set(names.map((one) => idOf(one, catalog, 'allowed_models')))];
}

function idOf(text: string, catalog: Catalog, param: string): string {
  const model = findModel(catalog, text);
  if (model) return model.id;
  throw new RouterError(
    'model_not_found',
    `${param}: there is no model ${JSON.stringify(text)}; GET /v1/models lists them.`,
    { param, shouldRetry: false },
  );
}
