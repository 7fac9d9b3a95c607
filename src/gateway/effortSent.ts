// How much a model will think in a call: what is sent of it, and whether it will think at all. Pure.
import type { CatalogModel } from '../domain/catalog.ts';
import type { Chat, Effort } from '../domain/chat.ts';
import { effortOfReasoning } from '../domain/reasoning.ts';
import type { CallOptions } from '../providers/provider.ts';

type Model = Pick<CatalogModel, 'provider' | 'details'>;
type Native = CallOptions['native'];

/** The decided effort, but where the caller's own words of it go to their vendor as they came, what those say. */
export function effortSent(
  decided: Effort | undefined,
  { provider }: Model,
  { native, chat }: Pick<CallOptions, 'native'> & { readonly chat: Chat },
): Effort | undefined {
  const said = saidIn(native, provider);
  if (said) return said.effort;
  return decided ?? (provider === 'openrouter' ? effortOfReasoning(chat['reasoning']) : undefined);
}

/**
 * Where nothing is sent of it, a model that can think may well do so: that is its vendor's to say. Too long a time for one that
 * does not costs patience, too short a one for one that does costs the answer.
 */
export function willThink(model: Model, effort: Effort | undefined, native: Native): boolean {
  const said = saidIn(native, model.provider);
  if (said) return said.on;
  return model.details.abilities.reasoning === true && effort !== 'none';
}

function saidIn(native: Native, provider: Model['provider']): NonNullable<Native>['thinking'] {
  return native?.format === provider ? native?.thinking : undefined;
}
