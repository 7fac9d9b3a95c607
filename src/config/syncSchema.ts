// How the catalog follows its feeds: the sections `sync`, `alerts` and `deprecation` of config/models.yaml, every key with a default.
import { z } from 'zod';
import { ProviderName } from '../domain/catalog.ts';
import { Effort } from '../domain/chat.ts';

// Five or six fields, the first being seconds when there are six; node-cron checks the rest when the worker starts.
const cron = z
  .string()
  .regex(/^(\S+ ){4,5}\S+$/, 'a cron pattern of five fields, or six with seconds first, in UTC')
  .or(z.literal('never'));
const hours = z.number().positive().max(10_000);
const percent = z.number().min(0).max(1_000);
const modelId = z
  .string()
  .regex(
    new RegExp(`^(${ProviderName.options.join('|')})/\\S+$`),
    `a model as provider/model_name (${ProviderName.options.join(' | ')})`,
  );

export const Schedules = z.strictObject({
  syncPricing: cron.default('0 7 */2 * * *'),
  // Four pages a run: 16 of the 100 requests that a day allows.
  syncRatings: cron.default('0 23 */6 * * *'),
  validatePricing: cron.default('0 41 5 * * *'),
  checkDeprecations: cron.default('0 11 * * * *'),
  syncAllModels: cron.default('never'),
  deliverAlerts: cron.default('30 */5 * * * *'),
});

const Pricing = z.strictObject({
  /** A line that grows or falls by more than this factor needs a second source. */
  hold_above_factor: z.number().gt(1).max(1_000).default(1.5),
  agree_within_percent: percent.default(1),
  release_after: z.strictObject({ readings: z.int().min(2).max(1_000), hours }).default({ readings: 3, hours: 24 }),
  /** The same while another source says something else. */
  release_contradicted_after_hours: hours.default(168),
  /** What becomes of a model that OpenRouter lists and nobody named. */
  new_models: z.enum(['disabled', 'enabled', 'ignore']).default('disabled'),
  least_share_percent: z.number().min(0).max(100).default(80),
  missing: z.strictObject({ readings: z.int().min(1).max(1_000), hours }).default({ readings: 3, hours: 24 }),
});
export type PricingSettings = z.infer<typeof Pricing>;

const RatedModel = z.strictObject({
  /** ArtificialAnalysis' own id: slugs get renamed and used again. */
  id: z.uuid(),
  model: modelId,
  effort: Effort.optional(),
});
const Ratings = z.strictObject({
  fresh_days: z.number().positive().max(365).default(7),
  requests_per_day: z.int().min(1).max(10_000).default(90),
  least_share_percent: z.number().min(0).max(100).default(80),
  models: z.array(RatedModel).default([]),
});
export type RatingSettings = z.infer<typeof Ratings>;

const Validation = z.strictObject({
  threshold_percent: percent.default(5),
  /** Differences that are known and meant, by model and source. */
  offsets: z.array(z.strictObject({ model: modelId, source: z.string(), percent: z.number().min(-100) })).default([]),
});
export type ValidationSettings = z.infer<typeof Validation>;

const filled = <T extends z.ZodObject>(schema: T) => schema.prefault({} as z.input<T>);

export const Sync = z.strictObject({
  schedules: filled(Schedules),
  pricing: filled(Pricing),
  ratings: filled(Ratings),
  validation: filled(Validation),
});

export const Alerts = z.strictObject({
  flapping_within_hours: hours.default(24),
  shutdown_within_days: z.number().min(0).max(365).default(14),
  stale_after_hours: filled(z.strictObject({ prices: hours.default(48), ratings: hours.default(336) })),
});
export type AlertSettings = z.infer<typeof Alerts>;

export const DeprecationSection = z.strictObject({
  /** What providers have announced; `replacement` is a model id of this catalog. */
  calendar: z
    .array(
      z.strictObject({
        model: modelId,
        on: z.iso.date(),
        replacement: modelId.optional(),
        note: z.string().max(300).optional(),
      }),
    )
    .default([]),
});
export type CalendarEntry = z.infer<typeof DeprecationSection>['calendar'][number];

export const syncSections = {
  sync: filled(Sync),
  alerts: filled(Alerts),
  deprecation: filled(DeprecationSection),
};
