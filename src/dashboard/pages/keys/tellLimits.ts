// What a key or an org may, in few words. Pure.
import type { Key } from '../../api/accounts.ts';
import { formatCounted, formatShortCount } from '../../format/figures.ts';

export function tellLimits({ requests_per_min: requests, tokens_per_min: tokens, concurrent }: Key['limits']): string {
  return [
    ...(requests === null ? [] : [`${formatShortCount(requests)} requests/min`]),
    ...(tokens === null ? [] : [`${formatShortCount(tokens)} tok/min`]),
    ...(concurrent === null ? [] : [`${formatShortCount(concurrent)} at once`]),
  ].join(', ');
}

/** With what narrows it otherwise. */
export function tellKey({ limits, allowed_models: models, allowed_ips: networks }: Key): string {
  return [
    tellLimits(limits),
    models === null ? '' : formatCounted(models.length, 'model'),
    networks === null ? '' : formatCounted(networks.length, 'network'),
  ]
    .filter(Boolean)
    .join(', ');
}
