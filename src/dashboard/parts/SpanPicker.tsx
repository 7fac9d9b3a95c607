// Chooses the span of time that a view looks at.
import { SegmentedControl } from '@mantine/core';
import { DEFAULT_PRESET, PRESETS, type Preset, type Span } from '../format/span.ts';
import { DayInput } from './DayInput.tsx';

type Props = { readonly span: Span; readonly onChange: (span: Span) => void };

const CHOICES = Object.entries(PRESETS).map(([value, { label }]) => ({ value, label }));

export function SpanPicker({ span, onChange }: Props) {
  const own = span.from !== undefined || span.to !== undefined;
  const withDay = (name: 'from' | 'to') => (day: string) => {
    const { [name]: _old, ...rest } = span;
    onChange(day === '' ? rest : { ...rest, [name]: day });
  };
  return (
    <div className="row">
      <SegmentedControl
        size="xs"
        aria-label="Range"
        data={CHOICES}
        value={own ? '' : (span.range ?? DEFAULT_PRESET)}
        onChange={(range) => onChange({ range: range as Preset })}
      />
      <DayInput label="From" day={span.from} onChange={withDay('from')} />
      <DayInput label="To" day={span.to} onChange={withDay('to')} />
    </div>
  );
}
