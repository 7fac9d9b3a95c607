// The models that a request could go to by the lists of its org and of its key: both hold, as in routing. Pure.
import type { Story } from '../../api/requests.ts';

export function tellAllowed({ orgModels: org, keyModels: key }: Story['constraints']): string {
  if (org === null && key === null) return 'all';
  const both = org && key ? org.filter((id) => key.includes(id)) : (org ?? key ?? []);
  return both.length === 0 ? 'none' : both.join(', ');
}
