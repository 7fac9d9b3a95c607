// Changes what holds for all of the org.
import { TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { type Org, useChangeOrg } from '../../api/accounts.ts';
import { modelsQuery } from '../../api/models.ts';
import { useMay } from '../../api/session.ts';
import { DialogForm } from '../../parts/DialogForm.tsx';
import { LimitFields } from './LimitFields.tsx';
import { AllowedModels } from './RightFields.tsx';
import { type OrgTexts, orgTexts, toOrgChange } from './settingsForm.ts';

type Props = { readonly org: Org; readonly onClose: () => void };

export function OrgDialog({ org, onClose }: Props) {
  const change = useChangeOrg();
  const [old] = useState(() => orgTexts(org));
  const [texts, setTexts] = useState<OrgTexts>(old);
  const merge = (changed: Partial<OrgTexts>) => setTexts({ ...texts, ...changed });
  return (
    <DialogForm
      title={`Org ${org.name}`}
      action="Save"
      isPending={change.isPending}
      error={change.error}
      onSubmit={() => change.mutate({ id: org.id, change: toOrgChange(old, texts) }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <BaselineInput text={texts.baseline} onChange={(baseline) => merge({ baseline })} />
      <AllowedModels text={texts.models} onChange={(models) => merge({ models })} />
      <LimitFields texts={texts} onChange={merge} />
      <TextInput
        size="xs"
        type="number"
        min={1}
        max={3_650}
        step={1}
        label="Days that prompts and answers are kept"
        description="Of requests from now on; empty = not kept"
        placeholder="not kept"
        value={texts.days}
        onChange={(event) => merge({ days: event.currentTarget.value })}
      />
    </DialogForm>
  );
}

function BaselineInput({ text, onChange }: { readonly text: string; readonly onChange: (text: string) => void }) {
  const id = useId();
  const { data } = useQuery({ ...modelsQuery, enabled: useMay('read') });
  return (
    <>
      <TextInput
        size="xs"
        label="Baseline model"
        description="What savings are told against; empty = the baseline of the policy"
        list={id}
        value={text}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <datalist id={id}>
        {data?.data.map((model) => (
          <option key={model.id} value={model.id}>
            {model.name}
          </option>
        ))}
      </datalist>
    </>
  );
}
