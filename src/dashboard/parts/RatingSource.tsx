// Where ratings come from, with the link that their terms ask for; or that there are none.
import type { Model } from '../api/models.ts';
import { formatTime } from '../format/times.ts';

const SITES: Readonly<Record<string, { readonly name: string; readonly href: string }>> = {
  artificialanalysis: { name: 'Artificial Analysis', href: 'https://artificialanalysis.ai/' },
  openrouter: { name: 'Artificial Analysis, by OpenRouter', href: 'https://artificialanalysis.ai/' },
};

export function RatingSource({ models }: { readonly models: readonly Model[] }) {
  const ratings = models.find((model) => model.ratings !== null)?.ratings;
  if (!ratings)
    return <p className="soft small table-foot">No rating feed has been read: quality is told by our own tiers.</p>;
  const site = SITES[ratings.source];
  return (
    <p className="soft small table-foot">
      Ratings and first-token times:{' '}
      {site ? (
        <a href={site.href} target="_blank" rel="noreferrer">
          {site.name}
        </a>
      ) : (
        ratings.source
      )}
      {ratings.index_version && `, index version ${ratings.index_version}`}, as of {formatTime(ratings.as_of)}.
    </p>
  );
}
