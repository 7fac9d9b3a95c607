// Changes what a key may and how much.
import { useState } from 'react';
import { type Key, useChangeKey } from '../../api/accounts.ts';
import { DialogForm } from '../../parts/DialogForm.tsx';
import { LimitFields } from './LimitFields.tsx';
import { RightFields } from './RightFields.tsx';
import { type KeyTexts, keyTexts, toKeyChange } from './settingsForm.ts';

type Props = { readonly apiKey: Key; readonly onClose: () => void };

export function ChangeKeyDialog({ apiKey, onClose }: Props) {
  const change = useChangeKey();
  const [old] = useState(() => keyTexts(apiKey));
  const [texts, setTexts] = useState<KeyTexts>(old);
  const merge = (changed: Partial<KeyTexts>) => setTexts({ ...texts, ...changed });
  return (
    <DialogForm
      title={`Key omr_${apiKey.prefix}…`}
      action="Save"
      isPending={change.isPending}
      error={change.error}
      onSubmit={() => change.mutate({ id: apiKey.id, change: toKeyChange(old, texts) }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <LimitFields texts={texts} onChange={merge} />
      <RightFields texts={texts} onChange={merge} />
    </DialogForm>
  );
}
