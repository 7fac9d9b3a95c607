// How much a key, or an org, may ask.
import { TextInput } from '@mantine/core';
import type { LimitTexts } from './settingsForm.ts';

const FIELDS: readonly { readonly name: keyof LimitTexts; readonly label: string }[] = [
  { name: 'requests_per_min', label: 'Requests per minute' },
  { name: 'tokens_per_min', label: 'Tokens per minute' },
  { name: 'concurrent', label: 'Requests at once' },
];

type Props = { readonly texts: LimitTexts; readonly onChange: (change: Partial<LimitTexts>) => void };

export function LimitFields({ texts, onChange }: Props) {
  return (
    <div className="thirds-tight">
      {FIELDS.map(({ name, label }) => (
        <TextInput
          key={name}
          size="xs"
          type="number"
          min={1}
          step={1}
          label={label}
          placeholder="no limit"
          value={texts[name]}
          onChange={({ currentTarget: { value } }) => onChange({ [name]: value })}
        />
      ))}
    </div>
  );
}
