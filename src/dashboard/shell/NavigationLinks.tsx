// The links to the pages that this viewer's key may see.
import { Link } from '@tanstack/react-router';
import { useSession } from '../api/session.ts';
import { Icon } from './Icon.tsx';
import { PLACES } from './navigation.ts';

export function NavigationLinks() {
  const { scopes } = useSession();
  return (
    <nav aria-label="Pages">
      <ul className="places">
        {PLACES.filter(({ scope }) => scopes.includes(scope)).map(({ to, label, icon }) => (
          <li key={to}>
            <Link to={to} className="place" activeOptions={{ exact: to === '/', includeSearch: false }}>
              <Icon name={icon} />
              {label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
