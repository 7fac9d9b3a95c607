// The catalog: what each model costs, how good and how fast it is held to be, and whether it may be chosen.
import { useQuery } from '@tanstack/react-query';
import { modelsQuery } from '../../api/models.ts';
import { Answer } from '../../parts/Answer.tsx';
import { Card } from '../../parts/Card.tsx';
import { PageHead } from '../../parts/PageHead.tsx';
import { ModelsTable } from './ModelsTable.tsx';

export function ModelsPage() {
  const query = useQuery(modelsQuery);
  return (
    <>
      <PageHead
        title="Models"
        about="What the router believes each model costs and can do. Every change is an event."
      />
      <Card title="Catalog" note={query.data && `version ${query.data.catalog_version}`}>
        <Answer
          query={query}
          isEmpty={({ data }) => data.length === 0}
          empty="The catalog is empty: run npm run setup."
        >
          {({ data }) => <ModelsTable models={data} />}
        </Answer>
      </Card>
    </>
  );
}
