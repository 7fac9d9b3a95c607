// What the org and its keys may spend, and how far they are.
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type Budget, type Org, budgetsQuery, keysQuery, useDeleteBudget } from '../../api/accounts.ts';
import { Answer } from '../../parts/Answer.tsx';
import { Card } from '../../parts/Card.tsx';
import { ErrorNote } from '../../parts/ErrorNote.tsx';
import { BudgetDialog } from './BudgetDialog.tsx';
import { BudgetLine } from './BudgetLine.tsx';

export function BudgetsCard({ org }: { readonly org: Org }) {
  const query = useQuery(budgetsQuery(org.id));
  const { data: keys } = useQuery(keysQuery(org.id));
  const remove = useDeleteBudget();
  const [open, setOpen] = useState<Budget | 'new'>();
  const nameOf = (subjectId: string): string => {
    const key = keys?.data.find(({ id }) => id === subjectId);
    return key ? `omr_${key.prefix}…` : org.name;
  };
  return (
    <Card
      title="Budgets"
      note={
        <Button size="compact-xs" onClick={() => setOpen('new')}>
          Set a budget
        </Button>
      }
    >
      {remove.isError && <ErrorNote error={remove.error} />}
      <Answer
        query={query}
        isEmpty={({ data }) => data.length === 0}
        empty={`Nothing limits what ${org.name} spends. Past a hard limit requests are refused; at a soft one an alert is raised.`}
      >
        {({ data }) => (
          <ul className="plain budgets">
            {data.map((budget) => (
              <BudgetLine
                key={budget.id}
                budget={budget}
                name={nameOf(budget.subject_id)}
                onChange={() => setOpen(budget)}
                onRemove={() => remove.mutate(budget.id)}
              />
            ))}
          </ul>
        )}
      </Answer>
      {open !== undefined && (
        <BudgetDialog
          org={org}
          keys={keys?.data ?? []}
          budget={open === 'new' ? undefined : open}
          onClose={() => setOpen(undefined)}
        />
      )}
    </Card>
  );
}
