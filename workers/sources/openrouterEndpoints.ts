// OpenRouter's GET /models/{author}/{slug}/endpoints: what the author itself asks, beside the headline price of the cheapest host.
import { z } from 'zod';
import type { Prices } from '../../src/domain/prices.ts';
import { OPENROUTER, Pricing, toPrices } from './openrouterModels.ts';
import { FeedRefused } from './feedReading.ts';

export const OPENROUTER_AUTHOR = 'openrouter_author';

const Envelope = z.looseObject({
  data: z.looseObject({
    endpoints: z.array(
      z.looseObject({
        tag: z.string().nullish(),
        provider_name: z.string().nullish(),
        // Other hosts' lists may be as odd as they like.
        pricing: Pricing.nullable().catch(null),
      }),
    ),
  }),
});

/** The author's own endpoint's price; undefined when the author does not serve the model itself. @throws FeedRefused */
export function readAuthorPrice(body: unknown, modelId: string): Prices | undefined {
  const answer = Envelope.safeParse(body);
  if (!answer.success) throw new FeedRefused(OPENROUTER, `not the endpoints of ${modelId}`);
  const author = plain(modelId.split('/')[0] ?? '');
  const own = answer.data.data.endpoints.find(
    ({ tag, provider_name: name }) => plain(tag?.split('/')[0] ?? '') === author || plain(name ?? '') === author,
  );
  return own?.pricing ? toPrices(own.pricing) : undefined;
}

/** `z-ai`, `Z.AI` and `Z AI` are one author. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
