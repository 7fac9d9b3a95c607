// A moment of the past, in the viewer's zone: the catalog is shown as it was believed then.
import { Button, TextInput } from '@mantine/core';
import { nowMs } from '../clock.ts';

type Props = { readonly asOf: string | undefined; readonly onChange: (asOf: string | undefined) => void };

export function AsOfPicker({ asOf, onChange }: Props) {
  return (
    <div className="row">
      <TextInput
        size="xs"
        type="datetime-local"
        label="As of"
        max={toLocal(nowMs())}
        value={asOf === undefined ? '' : toLocal(Date.parse(asOf))}
        onChange={({ currentTarget: { value } }) => onChange(value === '' ? undefined : new Date(value).toISOString())}
      />
      {asOf !== undefined && (
        <Button size="xs" variant="subtle" onClick={() => onChange(undefined)}>
          Now
        </Button>
      )}
    </div>
  );
}

/** The form that the browser's picker speaks: local, without a zone. */
function toLocal(ms: number): string {
  const at = new Date(ms);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

function two(part: number): string {
  return String(part).padStart(2, '0');
}
