// The end of a key, after a question.
import { type Key, useRevokeKey } from '../../api/accounts.ts';
import { useSession } from '../../api/session.ts';
import { DialogForm } from '../../parts/DialogForm.tsx';

type Props = { readonly apiKey: Key; readonly onClose: () => void };

export function RevokeDialog({ apiKey, onClose }: Props) {
  const revoke = useRevokeKey();
  const isOwn = useSession().key_id === apiKey.id;
  return (
    <DialogForm
      title={`Revoke key omr_${apiKey.prefix}…`}
      action="Revoke"
      isDangerous
      isPending={revoke.isPending}
      error={revoke.error}
      onSubmit={() => revoke.mutate(apiKey.id, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p>Programs that use it are refused within three seconds. This cannot be undone.</p>
      {isOwn && <p className="negative">It is the key that you are signed in with: you will be signed out.</p>}
    </DialogForm>
  );
}
