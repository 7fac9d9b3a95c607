// Prices that differ for long prompts or at some hours.
import type { Model } from '../../api/models.ts';
import { formatCount, formatPricePerMillion } from '../../format/figures.ts';

type Tier = {
  readonly min_prompt_tokens?: number;
  readonly utc_start?: string;
  readonly utc_end?: string;
  readonly prompt?: string;
  readonly completion?: string;
};

export function TiersTable({ pricing }: { readonly pricing: Model['pricing'] }) {
  const tiers = (pricing?.['overrides'] ?? []) as readonly Tier[];
  if (tiers.length === 0) return null;
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">Other prices</th>
          <th scope="col" className="right">
            Input, $/M tok
          </th>
          <th scope="col" className="right">
            Output, $/M tok
          </th>
        </tr>
      </thead>
      <tbody>
        {tiers.map((tier) => (
          <tr key={JSON.stringify(tier)}>
            <td>{describe(tier)}</td>
            <td className="right">{formatPricePerMillion(tier.prompt)}</td>
            <td className="right">{formatPricePerMillion(tier.completion)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function describe({ min_prompt_tokens: least, utc_start: start, utc_end: end }: Tier): string {
  return [
    ...(least === undefined ? [] : [`prompts from ${formatCount(least)} tokens`]),
    ...(start === undefined ? [] : [`from ${start} to ${end ?? '24:00'} UTC`]),
  ].join(', ');
}
