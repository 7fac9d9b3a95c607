// How much a key may ask.
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { type Key, useChangeKey } from '../../api/accounts.ts';
import { DialogForm } from '../../parts/DialogForm.tsx';

type Props = { readonly apiKey: Key; readonly onClose: () => void };
type Name = keyof Key['limits'];

const FIELDS: readonly { readonly name: Name; readonly label: string }[] = [
  { name: 'requests_per_min', label: 'Requests per minute' },
  { name: 'tokens_per_min', label: 'Tokens per minute' },
  { name: 'concurrent', label: 'Requests at once' },
];

export function LimitsDialog({ apiKey, onClose }: Props) {
  const change = useChangeKey();
  const [texts, setTexts] = useState<Readonly<Record<Name, string>>>({
    requests_per_min: String(apiKey.limits.requests_per_min ?? ''),
    tokens_per_min: String(apiKey.limits.tokens_per_min ?? ''),
    concurrent: String(apiKey.limits.concurrent ?? ''),
  });
  const limits = Object.fromEntries(
    FIELDS.map(({ name }) => [name, texts[name] === '' ? null : Number(texts[name])]),
  ) as Key['limits'];
  return (
    <DialogForm
      title={`Limits of key omr_${apiKey.prefix}…`}
      action="Save"
      isPending={change.isPending}
      error={change.error}
      onSubmit={() => change.mutate({ id: apiKey.id, change: { limits } }, { onSuccess: onClose })}
      onClose={onClose}
    >
      {FIELDS.map(({ name, label }) => (
        <TextInput
          key={name}
          size="xs"
          type="number"
          min={1}
          label={label}
          placeholder="no limit of its own"
          value={texts[name]}
          onChange={({ currentTarget: { value } }) => setTexts({ ...texts, [name]: value })}
        />
      ))}
    </DialogForm>
  );
}
