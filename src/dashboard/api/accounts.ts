// Orgs, keys and budgets, for administrators.
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { z } from 'zod';
import type {
  BudgetAnswer,
  BudgetSetting,
  KeyAnswer,
  KeyChange,
  KeyCreation,
  NewKeyAnswer,
  OrgAnswer,
  OrgChange,
} from '../../api/adminForms.ts';
import { getJson, sendJson } from './client.ts';

export type Org = z.infer<typeof OrgAnswer>;
export type Key = z.infer<typeof KeyAnswer>;
export type NewKey = z.infer<typeof NewKeyAnswer>;
export type Budget = z.infer<typeof BudgetAnswer>;
export type KeyWish = z.input<typeof KeyCreation>;
export type KeyChangeWish = z.input<typeof KeyChange>;
export type OrgChangeWish = z.input<typeof OrgChange>;
export type BudgetWish = z.input<typeof BudgetSetting>;
type List<T> = { readonly data: readonly T[]; readonly next_cursor: string | null };

const MOST = 500;

export const orgsQuery = queryOptions({
  queryKey: ['admin', 'orgs'],
  queryFn: ({ signal }) => getJson<List<Org>>('/v1/admin/orgs', { limit: MOST }, signal),
});

export function keysQuery(orgId: string) {
  return queryOptions({
    queryKey: ['admin', 'keys', orgId],
    queryFn: ({ signal }) => getJson<List<Key>>('/v1/admin/keys', { org_id: orgId, limit: MOST }, signal),
  });
}

export function budgetsQuery(orgId: string) {
  return queryOptions({
    queryKey: ['admin', 'budgets', orgId],
    queryFn: ({ signal }) => getJson<List<Budget>>('/v1/admin/budgets', { org_id: orgId }, signal),
    refetchInterval: 15_000,
  });
}

/** An act of an administrator; what is shown of accounts is read again after it. */
function useAct<Wish, Result>(act: (wish: Wish) => Promise<Result>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: () => client.invalidateQueries({ queryKey: ['admin'] }),
  });
}

export const useCreateKey = () => useAct((wish: KeyWish) => sendJson<NewKey>('POST', '/v1/admin/keys', wish));
export const useRotateKey = () =>
  useAct(({ id, overlapSec }: { readonly id: string; readonly overlapSec: number }) =>
    sendJson<NewKey>('POST', `/v1/admin/keys/${id}/rotate`, { overlap_sec: overlapSec }),
  );
export const useRevokeKey = () => useAct((id: string) => sendJson<Key>('POST', `/v1/admin/keys/${id}/revoke`));
export const useChangeKey = () =>
  useAct(({ id, change }: { readonly id: string; readonly change: KeyChangeWish }) =>
    sendJson<Key>('PATCH', `/v1/admin/keys/${id}`, change),
  );
export const useChangeOrg = () =>
  useAct(({ id, change }: { readonly id: string; readonly change: OrgChangeWish }) =>
    sendJson<Org>('PATCH', `/v1/admin/orgs/${id}`, change),
  );
export const useSetBudget = () => useAct((wish: BudgetWish) => sendJson<Budget>('PUT', '/v1/admin/budgets', wish));
export const useDeleteBudget = () =>
  useAct((id: string) => sendJson<undefined>('POST', `/v1/admin/budgets/${id}/delete`));
