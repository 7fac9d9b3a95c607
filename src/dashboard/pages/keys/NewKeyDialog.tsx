// A new key for a user of the org.
import { Checkbox, TextInput } from '@mantine/core';
import { useState } from 'react';
import { type KeyWish, type NewKey, type Org, useCreateKey } from '../../api/accounts.ts';
import { DialogForm } from '../../parts/DialogForm.tsx';

type Props = { readonly org: Org; readonly onMade: (key: NewKey) => void; readonly onClose: () => void };
type Scope = NonNullable<KeyWish['scopes']>[number];

const SCOPES: readonly { readonly scope: Scope; readonly label: string }[] = [
  { scope: 'chat', label: 'chat: ask models' },
  { scope: 'read', label: 'read: usage, requests, models' },
  { scope: 'admin', label: 'admin: keys, budgets, jobs' },
];

export function NewKeyDialog({ org, onMade, onClose }: Props) {
  const create = useCreateKey();
  const [email, setEmail] = useState('');
  const [expires, setExpires] = useState('');
  const [scopes, setScopes] = useState<readonly Scope[]>(['chat', 'read']);
  const submit = () =>
    create.mutate(
      {
        org_id: org.id,
        scopes: [...scopes],
        ...(email === '' ? {} : { email }),
        ...(expires === '' ? {} : { expires_at: new Date(`${expires}T23:59:59`).toISOString() }),
      },
      { onSuccess: onMade },
    );
  return (
    <DialogForm
      title={`New key for ${org.name}`}
      action="Create"
      isPending={create.isPending}
      error={create.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput
        size="xs"
        label="User"
        description="An e-mail address or another name; empty = owner"
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <fieldset className="sliders stack">
        <legend>Scopes</legend>
        {SCOPES.map(({ scope, label }) => (
          <Checkbox
            key={scope}
            size="xs"
            label={label}
            checked={scopes.includes(scope)}
            onChange={({ currentTarget: { checked } }) =>
              setScopes(checked ? [...scopes, scope] : scopes.filter((one) => one !== scope))
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
        onChange={(event) => setExpires(event.currentTarget.value)}
      />
    </DialogForm>
  );
}
