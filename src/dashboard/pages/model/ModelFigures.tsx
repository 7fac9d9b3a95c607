// A model in six figures.
import { type Model, ratingOf } from '../../api/models.ts';
import { UNKNOWN, formatPricePerMillion, formatShortCount } from '../../format/figures.ts';
import { Figures } from '../../parts/Figures.tsx';
import { StatusTag } from '../../parts/StatusTag.tsx';

export function ModelFigures({ model }: { readonly model: Model }) {
  const { pricing, deprecation } = model;
  const cached = pricing?.['input_cache_read'];
  return (
    <Figures
      figures={[
        {
          label: 'Input',
          value: formatPricePerMillion(pricing?.prompt),
          note: `per million tokens${typeof cached === 'string' ? `, cached ${formatPricePerMillion(cached)}` : ''}`,
        },
        {
          label: 'Output',
          value: formatPricePerMillion(pricing?.completion),
          note: `per million tokens, from ${model.pricing_source ?? 'no source'}`,
        },
        {
          label: 'Rating',
          value: ratingOf(model)?.toFixed(1) ?? UNKNOWN,
          note: `our tier: ${model.quality_tier ?? 'none'}`,
        },
        { label: 'Context', value: formatShortCount(model.context_length), note: 'tokens' },
        { label: 'Longest answer', value: formatShortCount(model.max_output_tokens), note: 'tokens' },
        {
          label: 'Status',
          value: <StatusTag status={model.status} />,
          note: deprecation
            ? `${deprecation.reason}${deprecation.replacement ? `, use ${deprecation.replacement}` : ''}`
            : undefined,
        },
      ]}
    />
  );
}
