// How much a model will think in a call: what is sent of it, and whether it will think at all. Pure.
import type { CatalogModel } from '../domain/catalog.ts';
import type { Effort } from '../domain/chat.ts';
import type { CallOptions } from '../providers/provider.ts';

type Model = Pick<CatalogModel, 'provider' | 'details'>;
type Native = CallOptions['native'];

/** The decided effort, but where the caller's own body speaks of it and goes to its vendor as it came, what that says. */
export function effortSent(decided: Effort | undefined, { provider }: Model, native: Native): Effort | undefined {
  const said = saidIn(native, provider);
  return said ? said.effort : decided;
}

export function willThink(model: Model, effort: Effort | undefined, native: Native): boolean {
  const said = saidIn(native, model.provider);
  if (said) return said.on;
  return model.details.abilities.reasoning === true && effort !== 'none' && effort !== undefined;
}

function saidIn(native: Native, provider: Model['provider']): NonNullable<Native>['thinking'] {
  return native?.format === provider ? native?.thinking : undefined;
}
