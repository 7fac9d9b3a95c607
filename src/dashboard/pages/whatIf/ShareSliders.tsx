// Three figures of a policy that belong together, each with what it is now.
import { Slider } from '@mantine/core';

type Three = readonly [number, number, number];
type Props = {
  readonly title: string;
  readonly about: string;
  readonly names: readonly string[];
  /** They are shares of their sum, and told as such. */
  readonly isShare: boolean;
  readonly values: Three;
  readonly active: Three;
  readonly onChange: (values: Three) => void;
};

export function ShareSliders({ title, about, names, isShare, values, active, onChange }: Props) {
  const sum = values[0] + values[1] + values[2];
  const told = (value: number): string => (isShare ? (sum === 0 ? 1 / 3 : value / sum) : value / 100).toFixed(2);
  return (
    <fieldset className="sliders">
      <legend>
        {title} <span className="soft small">{about}</span>
      </legend>
      {values.map((value, index) => (
        <div key={names[index]} className="slider-row">
          <span>{names[index]}</span>
          <Slider
            size="xs"
            label={null}
            min={0}
            max={100}
            step={1}
            value={value}
            thumbLabel={`${title}: ${names[index] ?? ''}`}
            onChange={(changed) => onChange(values.with(index, changed) as unknown as Three)}
          />
          <span className="slider-value">
            <b>{told(value)}</b>
            <span className="soft small">now {((active[index] ?? 0) / 100).toFixed(2)}</span>
          </span>
        </div>
      ))}
    </fieldset>
  );
}
