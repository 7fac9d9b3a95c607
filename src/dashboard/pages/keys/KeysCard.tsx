// The org's keys, and what can be done with them.
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type Key, type NewKey, type Org, keysQuery } from '../../api/accounts.ts';
import { Answer } from '../../parts/Answer.tsx';
import { Card } from '../../parts/Card.tsx';
import { ChangeKeyDialog } from './ChangeKeyDialog.tsx';
import { type KeyAct, KeysTable } from './KeysTable.tsx';
import { NewKeyDialog } from './NewKeyDialog.tsx';
import { RevokeDialog } from './RevokeDialog.tsx';
import { RotateDialog } from './RotateDialog.tsx';
import { ShownKey } from './ShownKey.tsx';

type Open = { readonly act: 'create' } | { readonly act: KeyAct; readonly key: Key };

export function KeysCard({ org }: { readonly org: Org }) {
  const query = useQuery(keysQuery(org.id));
  const [open, setOpen] = useState<Open>();
  const [made, setMade] = useState<NewKey>();
  const close = () => setOpen(undefined);
  const show = (key: NewKey) => {
    setMade(key);
    close();
  };
  return (
    <Card
      title="Keys"
      note={
        <Button size="compact-xs" onClick={() => setOpen({ act: 'create' })}>
          New key
        </Button>
      }
    >
      <div className="stack">
        {made && <ShownKey made={made} onDone={() => setMade(undefined)} />}
        <Answer query={query} isEmpty={({ data }) => data.length === 0} empty={`${org.name} has no key yet.`}>
          {({ data }) => <KeysTable keys={data} onAct={(act, key) => setOpen({ act, key })} />}
        </Answer>
      </div>
      {open?.act === 'create' && <NewKeyDialog org={org} onMade={show} onClose={close} />}
      {open?.act === 'rotate' && <RotateDialog apiKey={open.key} onMade={show} onClose={close} />}
      {open?.act === 'revoke' && <RevokeDialog apiKey={open.key} onClose={close} />}
      {open?.act === 'change' && <ChangeKeyDialog apiKey={open.key} onClose={close} />}
    </Card>
  );
}
