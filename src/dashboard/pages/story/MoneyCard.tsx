// The bill, line by line, at the prices of the catalog that the decision named.
import type { Story } from '../../api/requests.ts';
import { formatCount, formatPricePerMillion, formatUsd } from '../../format/figures.ts';
import { Card } from '../../parts/Card.tsx';
import { EmptyNote } from '../../parts/EmptyNote.tsx';

export function MoneyCard({ story: { money, versions, summary } }: { readonly story: Story }) {
  return (
    <Card title="Money" note={`prices of catalog version ${versions.catalog}`}>
      {money.lines.length === 0 ? (
        <EmptyNote>Nothing was billed: no usage, or no price, is known.</EmptyNote>
      ) : (
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Line</th>
              <th scope="col" className="right">
                Tokens
              </th>
              <th scope="col" className="right">
                $/M tok
              </th>
              <th scope="col" className="right">
                Amount
              </th>
            </tr>
          </thead>
          <tbody>
            {money.lines.map(
              ({ attempt, label, priced_as: pricedAs, tokens, price_per_token: price, amount_usd: amount }) => (
                <tr key={`${attempt} ${label}`}>
                  <td>
                    {label}
                    {pricedAs !== label && <span className="soft"> at the price of {pricedAs}</span>}
                    {money.lines.some((line) => line.attempt !== attempt) && (
                      <span className="soft"> (attempt {attempt})</span>
                    )}
                  </td>
                  <td className="right">{formatCount(tokens)}</td>
                  <td className="right">{formatPricePerMillion(price)}</td>
                  <td className="right" title={`$${amount}`}>
                    {formatUsd(amount)}
                  </td>
                </tr>
              ),
            )}
          </tbody>
          <tfoot>
            <SumRow label="Cost" usd={money.cost_usd} />
            <SumRow
              label={`${summary.baseline_model ?? 'Baseline'} would have cost (estimate)`}
              usd={money.baseline_usd}
            />
            <SumRow label="Saved" usd={money.savings_usd} />
          </tfoot>
        </table>
      )}
    </Card>
  );
}

function SumRow({ label, usd }: { readonly label: string; readonly usd: string | null }) {
  return (
    <tr>
      <th scope="row" colSpan={3}>
        {label}
      </th>
      <td className="right" title={usd === null ? undefined : `$${usd}`}>
        {formatUsd(usd)}
      </td>
    </tr>
  );
}
