// One budget as a bar: spent, reserved by requests that run, and where its limits are.
import type { Budget } from '../../api/accounts.ts';
import { formatShare, formatUsd } from '../../format/figures.ts';
import { Time } from '../../parts/Time.tsx';

type Props = {
  readonly budget: Budget;
  readonly name: string;
  readonly onChange: () => void;
  readonly onRemove: () => void;
};

export function BudgetLine({ budget, name, onChange, onRemove }: Props) {
  const { soft_limit_usd: soft, hard_limit_usd: hard, spent_usd: spent, reserved_usd: reserved, period } = budget;
  const limit = Number(hard ?? soft);
  const share = limit === 0 ? 1 : Number(spent) / limit;
  const what = `${name}, ${period} (UTC)`;
  return (
    <li>
      <div className="row row-center spread">
        <span>
          <strong>{name}</strong> <span className="soft">{period} (UTC)</span>{' '}
          {hard !== null && share >= 1 && <span className="tag tag-bad">refuses</span>}
          {soft !== null && Number(spent) >= Number(soft) && (hard === null || share < 1) && (
            <span className="tag tag-warn">past the soft limit</span>
          )}
        </span>
        <span className="acts">
          <button type="button" className="quiet-button" aria-label={`Change the budget of ${what}`} onClick={onChange}>
            Change
          </button>
          <button type="button" className="quiet-button" aria-label={`Remove the budget of ${what}`} onClick={onRemove}>
            Remove
          </button>
        </span>
      </div>
      <BudgetBar budget={budget} limit={limit} label={`${what}: ${formatUsd(spent)} of ${formatUsd(limit)} spent`} />
      <div className="row spread soft small">
        <span>
          {formatUsd(spent)} spent{Number(reserved) > 0 && `, ${formatUsd(reserved)} reserved`} of{' '}
          {hard === null ? `${formatUsd(soft)} soft` : `${formatUsd(hard)} hard`} ({formatShare(share, 0)})
          {hard !== null && soft !== null && `, alert at ${formatUsd(soft)}`}
        </span>
        <span>
          begins anew <Time at={budget.resets_at} />
        </span>
      </div>
    </li>
  );
}

function BudgetBar({
  budget,
  limit,
  label,
}: {
  readonly budget: Budget;
  readonly limit: number;
  readonly label: string;
}) {
  const { soft_limit_usd: soft, hard_limit_usd: hard, spent_usd: spent, reserved_usd: reserved } = budget;
  const part = (usd: string): number => (limit === 0 ? 100 : Math.min(100, (Number(usd) / limit) * 100));
  return (
    <span className="bar budget-bar" role="img" aria-label={label}>
      <i style={{ width: `${part(spent)}%`, background: part(spent) >= 100 ? 'var(--bad)' : 'var(--accent)' }} />
      <i style={{ width: `${Math.min(part(reserved), 100 - part(spent))}%`, background: 'var(--saved)' }} />
      {soft !== null && hard !== null && <b style={{ left: `${part(soft)}%` }} />}
    </span>
  );
}
