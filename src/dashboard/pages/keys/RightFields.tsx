// What a key may, for how long, with which models and from where.
import { Checkbox, TextInput, Textarea } from '@mantine/core';
import type { RightTexts, Scope } from './settingsForm.ts';

const SCOPES: readonly { readonly scope: Scope; readonly label: string }[] = [
  { scope: 'chat', label: 'chat: ask models' },
  { scope: 'read', label: 'read: usage, requests, models' },
  { scope: 'admin', label: 'admin: keys, budgets, jobs' },
];

type Props = { readonly texts: RightTexts; readonly onChange: (change: Partial<RightTexts>) => void };

export function RightFields({ texts, onChange }: Props) {
  const { scopes, expires, models, networks } = texts;
  return (
    <>
      <fieldset className="sliders stack">
        <legend>Scopes</legend>
        {SCOPES.map(({ scope, label }) => (
          <Checkbox
            key={scope}
            size="xs"
            label={label}
            checked={scopes.includes(scope)}
            onChange={({ currentTarget: { checked } }) =>
              onChange({ scopes: checked ? [...scopes, scope] : scopes.filter((one) => one !== scope) })
            }
          />
        ))}
      </fieldset>
      <TextInput
        size="xs"
        type="date"
        label="Expires after"
        description="Empty = never"
        value={expires}
        onChange={(event) => onChange({ expires: event.currentTarget.value })}
      />
      <AllowedModels text={models} onChange={(text) => onChange({ models: text })} />
      <Textarea
        size="xs"
        rows={2}
        label="Allowed networks"
        description="Addresses or networks such as 192.0.2.0/24, one a line; empty = from anywhere"
        value={networks}
        onChange={(event) => onChange({ networks: event.currentTarget.value })}
      />
    </>
  );
}

export function AllowedModels({
  text,
  onChange,
}: {
  readonly text: string;
  readonly onChange: (text: string) => void;
}) {
  return (
    <Textarea
      size="xs"
      rows={3}
      label="Allowed models"
      description="Ids or aliases, one a line; empty = all"
      value={text}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
