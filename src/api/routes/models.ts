// GET /v1/models and /v1/models/<provider>/<model_name>: the catalog as it is now, or was at a time.
import { z } from 'zod';
import { ProviderName, findModel } from '../../domain/catalog.ts';
import { RouterError } from '../../domain/errors.ts';
import { ModelEntry, ModelList } from '../answers.ts';
import { type Queryable, isUnavailable } from '../../platform/postgres.ts';
import { readFeedAges, toFeedEntry } from '../../readmodels/feedAges.ts';
import { callerOf } from '../middleware/authenticate.ts';
import { toModelEntry } from '../modelFormat.ts';
import { parseInput } from '../problem.ts';
import { Instant } from '../timeRange.ts';
import type { Route } from './route.ts';

const Query = z.object({
  provider: ProviderName.optional(),
  enabled: z
    .enum(['true', 'false'])
    .optional()
    .meta({ description: '`true` leaves out what nobody has enabled: models that a feed lists and no file names' }),
  as_of: Instant.optional().meta({ description: 'The catalog as it was believed at that time' }),
});

export const models: Route = {
  method: 'get',
  path: '/v1/models',
  access: 'key',
  doc: {
    summary: 'The catalog',
    description:
      "OpenAI's list shape with our fields added. With `as_of` as it was believed at that time. `breaker` and `health` are what the answering process goes by now.",
    tag: 'Models',
    scope: 'read',
    query: Query,
    answers: { 200: { description: 'All models, or those of one provider', schema: ModelList } },
    errors: ['validation_error', 'forbidden'],
  },
  create:
    ({ gateway, history, clock, postgres }) =>
    async (request, response) => {
      callerOf(response, 'read');
      const { provider, enabled, as_of: asOf } = parseInput(Query, request.query);
      const catalog = asOf === undefined ? gateway.catalog() : await history.catalogAsOf(asOf);
      const shown = [...catalog.models.values()].filter(
        (one) =>
          (provider === undefined || one.provider === provider) &&
          (enabled === undefined || one.details.enabled === (enabled === 'true')),
      );
      const conditionOf = asOf === undefined ? gateway.conditions() : undefined;
      response.json({
        object: 'list',
        data: shown.map((one) => toModelEntry(one, catalog, asOf ?? clock.now(), conditionOf?.(one.id) ?? null)),
        total_count: shown.length,
        catalog_version: catalog.version,
        feeds: await readFeeds(postgres, clock.now()),
      });
    },
};

/** When each feed was last read well; null while the database is away, which is no reason to hide the models. */
async function readFeeds(postgres: Queryable, now: number) {
  try {
    return (await readFeedAges(postgres)).map(toFeedEntry(now));
  } catch (error) {
    if (isUnavailable(error)) return null;
    throw error;
  }
}

export const model: Route = {
  method: 'get',
  // A model's id has slashes in it, raw or encoded.
  path: '/v1/models/*id',
  access: 'key',
  doc: {
    summary: 'One model',
    description:
      'The id is `<provider>/<model_name>`, its slashes raw or encoded; an alias or a bare unique name works too.',
    tag: 'Models',
    scope: 'read',
    answers: { 200: { description: 'The model', schema: ModelEntry } },
    errors: ['model_not_found', 'forbidden'],
  },
  create:
    ({ gateway, clock }) =>
    (request, response) => {
      callerOf(response, 'read');
      const id = [request.params['id'] ?? []].flat().join('/');
      const catalog = gateway.catalog();
      const found = findModel(catalog, id);
      if (!found)
        throw new RouterError(
          'model_not_found',
          `There is no model ${JSON.stringify(id.slice(0, 200))}: GET /v1/models lists them.`,
          { shouldRetry: false },
        );
      response.json(toModelEntry(found, catalog, clock.now(), gateway.conditions()(found.id)));
    },
};
