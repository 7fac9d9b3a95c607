// A new key, shown this once.
import { Button, CopyButton } from '@mantine/core';
import type { NewKey } from '../../api/accounts.ts';

type Props = { readonly made: NewKey; readonly onDone: () => void };

export function ShownKey({ made, onDone }: Props) {
  return (
    <div className="note" role="status">
      <strong>Copy this key now: it is not shown again.</strong>
      <p>
        <code className="new-key">{made.key}</code>
      </p>
      <div className="row">
        <CopyButton value={made.key}>
          {({ copied, copy }) => (
            <Button size="compact-xs" onClick={copy}>
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
        <Button size="compact-xs" variant="default" onClick={onDone}>
          Done
        </Button>
      </div>
    </div>
  );
}
