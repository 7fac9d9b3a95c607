// Where ratings come from, with the link that their terms ask for; or that there are none.
import type { Model } from '../api/models.ts';
import { Time } from './Time.tsx';

const ARTIFICIAL_ANALYSIS = 'artificialanalysis';

export function RatingSource({ models }: { readonly models: readonly Model[] }) {
  const ratings = models.find((model) => model.ratings !== null)?.ratings;
  if (!ratings)
    return <p className="soft small table-foot">No rating feed has been read: quality is told by our own tiers.</p>;
  return (
    <p className="soft small table-foot">
      Ratings and first-token times by{' '}
      <a href="https://artificialanalysis.ai/" target="_blank" rel="noreferrer">
        Artificial Analysis
      </a>
      {ratings.source !== ARTIFICIAL_ANALYSIS && `, as ${ratings.source} tells them`}
      {ratings.index_version && `, index version ${ratings.index_version}`}, as of <Time at={ratings.as_of} />.
    </p>
  );
}
