// Which fields of a chat each provider has nothing like: its adapter leaves them out with a warning, and the decision leaves its models out
// when the caller requires every parameter to count.
import type { CatalogModel, ProviderName } from './catalog.ts';
import type { Chat, Effort } from './chat.ts';

export const NOT_TAKEN: Readonly<Record<ProviderName, readonly string[]>> = {
  openai: ['top_k'],
  anthropic: ['seed', 'n', 'logprobs', 'top_logprobs', 'logit_bias', 'presence_penalty', 'frequency_penalty'],
  google: ['n', 'logprobs', 'top_logprobs', 'logit_bias', 'parallel_tool_calls'],
  openrouter: [],
  // It takes n = 1 only.
  groq: ['n', 'logprobs', 'top_logprobs', 'logit_bias', 'presence_penalty', 'top_k'],
};

/** How many answers come of `n`: a vendor that has nothing like it gives one. */
export function answersFrom(provider: ProviderName, n: number | null | undefined): number {
  return NOT_TAKEN[provider].includes('n') ? 1 : (n ?? 1);
}

const SAMPLING = ['temperature', 'top_p', 'logprobs', 'top_logprobs'] as const;
export type SamplingField = (typeof SAMPLING)[number];

const PARAMETERS = [
  ...SAMPLING,
  'top_k',
  'n',
  'seed',
  'stop',
  'logit_bias',
  'presence_penalty',
  'frequency_penalty',
  'parallel_tool_calls',
] as const;

/** Values that ask for nothing. */
const DOES_NOTHING: ReadonlySet<unknown> = new Set([undefined, null, false, '']);
/** Where 0 is what every vendor does unasked. */
const ZERO_IS_USUAL: ReadonlySet<string> = new Set(['presence_penalty', 'frequency_penalty', 'top_logprobs']);

/** The fields of that list that the caller set to something that matters. */
export function setFields(chat: Chat, fields: readonly string[]): string[] {
  return fields.filter((field) => {
    // Several calls at once are what every vendor does unasked.
    if (field === 'parallel_tool_calls') return chat.parallel_tool_calls === false;
    if (chat[field] === 0) return !ZERO_IS_USUAL.has(field);
    return !DOES_NOTHING.has(chat[field]) && (field !== 'n' || chat.n !== 1);
  });
}

/** The parameters that must count where a caller requires all of them to. */
export function parametersOf(chat: Chat): string[] {
  return setFields(chat, PARAMETERS).sort();
}

type Sampled = { readonly id: string; readonly details: Pick<CatalogModel['details'], 'samplingParams'> };

/** Whether a model at that effort refuses temperature and its like. */
export function refusesSampling({ details }: Sampled, effort: Effort | undefined): boolean {
  const rule = details.samplingParams ?? 'always';
  return rule === 'never' || (rule === 'reasoning_off_only' && effort !== undefined && effort !== 'none');
}

/** Whether that parameter would not count on that model at that effort. */
export function isNotTaken(model: CatalogModel, parameter: string, effort: Effort | undefined): boolean {
  if (NOT_TAKEN[model.provider].includes(parameter)) return true;
  return (SAMPLING as readonly string[]).includes(parameter) && refusesSampling(model, effort);
}

/** Sampling fields that are set and that this model would refuse at this effort. */
export function refusedSampling(chat: Chat, model: Sampled, effort: Effort | undefined): SamplingField[] {
  if (!refusesSampling(model, effort)) return [];
  return SAMPLING.filter((field) => chat[field] !== undefined && chat[field] !== null && chat[field] !== false);
}
