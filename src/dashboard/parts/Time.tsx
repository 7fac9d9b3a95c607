// An instant in the viewer's zone; the exact one in UTC on hover and for machines.
import { formatShortTime, formatTime } from '../format/times.ts';

type Props = { readonly at: string | null | undefined; readonly short?: boolean };

export function Time({ at, short = false }: Props) {
  if (at === null || at === undefined) return <>–</>;
  return (
    <time dateTime={at} title={at} className="tight">
      {short ? formatShortTime(at) : formatTime(at)}
    </time>
  );
}
