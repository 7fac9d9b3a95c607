// Keys as rows: whom they belong to, what they may, whether they still serve.
import { createColumnHelper } from '@tanstack/react-table';
import { useMemo } from 'react';
import type { Key } from '../../api/accounts.ts';
import { nowMs } from '../../clock.ts';
import { type AnyColumn, DataTable } from '../../parts/DataTable.tsx';
import { Time } from '../../parts/Time.tsx';
import { tellKey } from './tellLimits.ts';

export type KeyAct = 'change' | 'rotate' | 'revoke';
type Act = (act: KeyAct, key: Key) => void;

const column = createColumnHelper<Key>();

export function KeysTable({ keys, onAct }: { readonly keys: readonly Key[]; readonly onAct: Act }) {
  const columns = useMemo(() => columnsFor(onAct), [onAct]);
  return (
    <DataTable
      label="Keys and what they may"
      rows={keys}
      columns={columns}
      sorting={[{ id: 'created_at', desc: true }]}
    />
  );
}

function columnsFor(onAct: Act): readonly AnyColumn<Key>[] {
  return [
    column.accessor('prefix', { header: 'Key', cell: ({ getValue }) => <code>omr_{getValue()}…</code> }),
    column.accessor(statusOf, {
      id: 'status',
      header: 'Status',
      cell: ({ getValue, row }) => <KeyStatus status={getValue()} expiresAt={row.original.expires_at} />,
    }),
    column.accessor('user_email', { header: 'User', meta: { wide: true } }),
    column.accessor('scopes', {
      header: 'Scopes',
      enableSorting: false,
      cell: ({ getValue }) => getValue().join(', '),
    }),
    column.accessor('limits', {
      header: 'Limits',
      meta: { wide: true },
      enableSorting: false,
      cell: ({ row }) => tellKey(row.original) || 'none of its own',
    }),
    column.accessor('created_at', {
      header: 'Created',
      meta: { wide: true },
      cell: ({ getValue }) => <Time at={getValue()} short />,
    }),
    column.accessor('last_used_at', {
      header: 'Last used',
      meta: { wide: true },
      cell: ({ getValue }) => <Time at={getValue()} short />,
    }),
    column.display({
      id: 'acts',
      header: () => <span className="visually-hidden">Actions</span>,
      meta: { align: 'right' },
      cell: ({ row: { original } }) =>
        statusOf(original) === 'revoked' ? null : <Acts apiKey={original} onAct={onAct} />,
    }),
  ];
}

function Acts({ apiKey, onAct }: { readonly apiKey: Key; readonly onAct: Act }) {
  const button = (act: KeyAct, label: string) => (
    <button
      type="button"
      className="quiet-button"
      aria-label={`${label} key ${apiKey.prefix}`}
      onClick={() => onAct(act, apiKey)}
    >
      {label}
    </button>
  );
  return (
    <span className="acts">
      {button('change', 'Change')}
      {button('rotate', 'Rotate')}
      {button('revoke', 'Revoke')}
    </span>
  );
}

type StatusProps = { readonly status: ReturnType<typeof statusOf>; readonly expiresAt: string | null };

function KeyStatus({ status, expiresAt }: StatusProps) {
  return (
    <>
      <span className={{ active: 'tag tag-good', expired: 'tag tag-warn', revoked: 'tag' }[status]}>{status}</span>
      {status === 'active' && expiresAt !== null && (
        <span className="soft small">
          {' '}
          until <Time at={expiresAt} short />
        </span>
      )}
    </>
  );
}

function statusOf({ revoked_at: revoked, expires_at: expires }: Key): 'active' | 'expired' | 'revoked' {
  if (revoked !== null) return 'revoked';
  return expires !== null && Date.parse(expires) <= nowMs() ? 'expired' : 'active';
}
