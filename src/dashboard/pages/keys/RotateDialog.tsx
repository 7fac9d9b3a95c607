// A successor for a key; the old one serves on for a while.
import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { type Key, type NewKey, useRotateKey } from '../../api/accounts.ts';
import { DialogForm } from '../../parts/DialogForm.tsx';

type Props = { readonly apiKey: Key; readonly onMade: (key: NewKey) => void; readonly onClose: () => void };

const OVERLAPS = [
  { value: '0', label: 'no longer: it ends now' },
  { value: '3600', label: 'one hour' },
  { value: '86400', label: 'one day' },
  { value: '604800', label: 'one week' },
];

export function RotateDialog({ apiKey, onMade, onClose }: Props) {
  const rotate = useRotateKey();
  const [overlap, setOverlap] = useState('3600');
  return (
    <DialogForm
      title={`Rotate key omr_${apiKey.prefix}…`}
      action="Rotate"
      isPending={rotate.isPending}
      error={rotate.error}
      onSubmit={() => rotate.mutate({ id: apiKey.id, overlapSec: Number(overlap) }, { onSuccess: onMade })}
      onClose={onClose}
    >
      <p className="soft">A new key with the same rights is made. Put it in place while the old one still serves.</p>
      <NativeSelect
        size="xs"
        label="The old key serves on for"
        data={OVERLAPS}
        value={overlap}
        onChange={(event) => setOverlap(event.currentTarget.value)}
      />
    </DialogForm>
  );
}
