// A new key for a user of the org.
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { type NewKey, type Org, useCreateKey } from '../../api/accounts.ts';
import { DialogForm } from '../../parts/DialogForm.tsx';
import { RightFields } from './RightFields.tsx';
import { NEW_KEY, toEndOfDay, toList } from './settingsForm.ts';

type Props = { readonly org: Org; readonly onMade: (key: NewKey) => void; readonly onClose: () => void };

export function NewKeyDialog({ org, onMade, onClose }: Props) {
  const create = useCreateKey();
  const [email, setEmail] = useState('');
  const [rights, setRights] = useState(NEW_KEY);
  const submit = () =>
    create.mutate(
      {
        org_id: org.id,
        scopes: [...rights.scopes],
        expires_at: toEndOfDay(rights.expires),
        allowed_models: toList(rights.models),
        allowed_ips: toList(rights.networks),
        ...(email === '' ? {} : { email }),
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
      <RightFields texts={rights} onChange={(change) => setRights({ ...rights, ...change })} />
    </DialogForm>
  );
}
