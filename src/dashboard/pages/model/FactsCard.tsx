// What the model can do and how it is called.
import type { Model } from '../../api/models.ts';
import { toWords } from '../../format/figures.ts';
import { Card } from '../../parts/Card.tsx';
import { Facts } from '../../parts/Facts.tsx';
import { Time } from '../../parts/Time.tsx';
import { TiersTable } from './TiersTable.tsx';

const listOf = (words: readonly string[]): string => words.map(toWords).join(', ') || 'none known';

export function FactsCard({ model }: { readonly model: Model }) {
  const can = Object.entries(model.abilities).flatMap(([name, has]) => (has === true ? [splitCamel(name)] : []));
  return (
    <Card title="What it is">
      <div className="stack">
        <Facts
          facts={[
            ['Provider', model.provider],
            ['Can', listOf(can)],
            ['Strengths', listOf(model.strengths)],
            ['Reasoning efforts', listOf(model.efforts)],
            ['Also called', model.aliases.join(', ') || 'nothing else'],
            [
              'Price',
              <span key="price">
                from {model.pricing_source ?? 'nobody'}, as of <Time at={model.pricing_as_of} />
              </span>,
            ],
            ['Last change', <Time key="updated" at={model.updated_at} />],
          ]}
        />
        <TiersTable pricing={model.pricing} />
      </div>
    </Card>
  );
}

const splitCamel = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
