// An instant in the viewer's zone; the exact one in UTC on hover and for machines.
import { formatTime } from '../format/times.ts';

export function Time({ at }: { readonly at: string | null | undefined }) {
  if (at === null || at === undefined) return <>–</>;
  return (
    <time dateTime={at} title={at} className="tight">
      {formatTime(at)}
    </time>
  );
}
