// Chooses the span of time that a view looks at.
import { DEFAULT_PRESET, PRESETS, type Preset, type Span } from '../format/span.ts';
import { Choice } from './Choice.tsx';
import { DayInput } from './DayInput.tsx';

type Props = { readonly span: Span; readonly onChange: (span: Span) => void };

const CHOICES = (Object.keys(PRESETS) as Preset[]).map((value) => ({ value, label: PRESETS[value].label }));

export function SpanPicker({ span, onChange }: Props) {
  const own = span.from !== undefined || span.to !== undefined;
  const withDay = (name: 'from' | 'to') => (day: string) => {
    const { [name]: _old, range: _range, ...rest } = span;
    onChange(day === '' ? rest : { ...rest, [name]: day });
  };
  return (
    <div className="row row-center">
      <Choice
        label="Range"
        choices={CHOICES}
        value={own ? '' : (span.range ?? DEFAULT_PRESET)}
        onChange={(range) => onChange({ range })}
      />
      <span className="row row-center days">
        <DayInput label="From" day={span.from} onChange={withDay('from')} />
        <span className="soft">to</span>
        <DayInput label="To" day={span.to} onChange={withDay('to')} />
      </span>
    </div>
  );
}
