// What savings are told against: without that, a saving says nothing.
import { ModelLink } from '../../parts/ModelLink.tsx';

export function BaselineNote({ models }: { readonly models: readonly string[] }) {
  if (models.length === 0) return null;
  return (
    <p className="soft small">
      Savings are an estimate at the tokens used, against the baseline of each request:{' '}
      {models.map((id, index) => (
        <span key={id}>
          {index > 0 && ', '}
          <ModelLink id={id} />
        </span>
      ))}
      .
    </p>
  );
}
