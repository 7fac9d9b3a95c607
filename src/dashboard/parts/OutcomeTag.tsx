// How a request ended, in a word, with what else is worth a look: a fallback, an error's code.
import type { Request } from '../api/requests.ts';

type Props = { readonly request: Pick<Request, 'outcome' | 'error_code' | 'fallback' | 'attempts'> };

const LOOKS: Readonly<Record<Request['outcome'], string>> = {
  succeeded: 'tag tag-good',
  failed: 'tag tag-bad',
  cancelled: 'tag tag-warn',
  abandoned: 'tag tag-bad',
  running: 'tag',
};

export function OutcomeTag({ request }: Props) {
  const { outcome, error_code: code, fallback, attempts } = request;
  return (
    <span className="tags">
      <span className={LOOKS[outcome]}>{outcome}</span>
      {code !== null && code !== outcome && <span className="tag wide">{code}</span>}
      {fallback === true && <span className="tag tag-warn">fallback, {attempts} attempts</span>}
    </span>
  );
}
