// One of a few, all in sight.
import { SegmentedControl } from '@mantine/core';

type Props<T extends string> = {
  readonly label: string;
  readonly value: T | '';
  readonly choices: readonly { readonly value: T; readonly label: string }[];
  readonly onChange: (value: T) => void;
};

export function Choice<T extends string>({ label, value, choices, onChange }: Props<T>) {
  return (
    <SegmentedControl
      size="xs"
      aria-label={label}
      transitionDuration={0}
      data={choices.map((one) => ({ ...one }))}
      value={value}
      onChange={(picked) => onChange(picked as T)}
    />
  );
}
