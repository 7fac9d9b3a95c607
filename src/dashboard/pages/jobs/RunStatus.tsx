// How a run ended, or that it has not.
import type { JobRun } from '../../api/jobs.ts';

const LOOKS: Readonly<Record<JobRun['status'], string>> = {
  succeeded: 'tag tag-good',
  failed: 'tag tag-bad',
  running: 'tag tag-warn',
};

export function RunStatus({ status }: { readonly status: JobRun['status'] }) {
  return <span className={LOOKS[status]}>{status}</span>;
}
