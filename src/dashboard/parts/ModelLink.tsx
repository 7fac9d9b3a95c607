// A model's name, leading to its page.
import { Link } from '@tanstack/react-router';
import { ModelName } from './ModelName.tsx';

export function ModelLink({ id }: { readonly id: string }) {
  return (
    <Link to="/models/$" params={{ _splat: id }}>
      <ModelName id={id} />
    </Link>
  );
}
