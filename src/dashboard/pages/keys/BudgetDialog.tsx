// Sets or changes one budget.
import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { type Budget, type Key, type Org, useSetBudget } from '../../api/accounts.ts';
import { Choice } from '../../parts/Choice.tsx';
import { DialogForm } from '../../parts/DialogForm.tsx';

type Props = {
  readonly org: Org;
  readonly keys: readonly Key[];
  readonly budget: Budget | undefined;
  readonly onClose: () => void;
};

const PERIODS = [
  { value: 'daily', label: 'Daily (UTC)' },
  { value: 'monthly', label: 'Monthly (UTC)' },
] as const;

export function BudgetDialog({ org, keys, budget, onClose }: Props) {
  const set = useSetBudget();
  const [subject, setSubject] = useState(budget?.subject_id ?? org.id);
  const [period, setPeriod] = useState<Budget['period']>(budget?.period ?? 'monthly');
  const [soft, setSoft] = useState(budget?.soft_limit_usd ?? '');
  const [hard, setHard] = useState(budget?.hard_limit_usd ?? '');
  const submit = () =>
    set.mutate(
      {
        scope: subject === org.id ? 'org' : 'key',
        subject_id: subject,
        period,
        soft_limit_usd: soft === '' ? null : soft,
        hard_limit_usd: hard === '' ? null : hard,
      },
      { onSuccess: onClose },
    );
  return (
    <DialogForm
      title={budget ? 'Change a budget' : 'Set a budget'}
      action="Save"
      isPending={set.isPending}
      error={set.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <NativeSelect
        size="xs"
        label="For"
        disabled={budget !== undefined}
        value={subject}
        onChange={(event) => setSubject(event.currentTarget.value)}
        data={[
          { value: org.id, label: `the org ${org.name}` },
          ...keys.flatMap(({ id, prefix, user_email: user, revoked_at: revoked }) =>
            revoked === null ? [{ value: id, label: `key omr_${prefix}… of ${user}` }] : [],
          ),
        ]}
      />
      {budget === undefined && <Choice label="Period" choices={PERIODS} value={period} onChange={setPeriod} />}
      <UsdInput label="Soft limit, USD" about="An alert is raised, once a period" value={soft} onChange={setSoft} />
      <UsdInput label="Hard limit, USD" about="Requests past it are refused" value={hard} onChange={setHard} />
    </DialogForm>
  );
}

type UsdProps = {
  readonly label: string;
  readonly about: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
};

function UsdInput({ label, about, value, onChange }: UsdProps) {
  return (
    <TextInput
      size="xs"
      inputMode="decimal"
      label={label}
      description={about}
      placeholder="none"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value.trim())}
    />
  );
}
