// One day, by the browser's own picker. An address may carry an instant: its day is shown.
import { TextInput } from '@mantine/core';

type Props = { readonly label: string; readonly day: string | undefined; readonly onChange: (day: string) => void };

export function DayInput({ label, day, onChange }: Props) {
  return (
    <TextInput
      size="xs"
      type="date"
      aria-label={label}
      title={label}
      value={day === undefined ? '' : localDay(day)}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

function localDay(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return text;
  const at = new Date(text);
  return [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
}
