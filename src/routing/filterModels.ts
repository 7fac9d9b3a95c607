// Why a model cannot be a candidate. The checks run in this order and the first that fails is the recorded reason. Pure.
import type { Catalog, CatalogModel } from '../domain/catalog.ts';
import { EFFORTS, type Effort } from '../domain/chat.ts';
import type { DecisionInputs, Exclusion } from '../domain/decision.ts';
import { compareDecimals, parseDecimal, parseUsd } from '../domain/money.ts';
import { answersFrom, isNotTaken } from '../domain/parameters.ts';
import type { Policy } from '../domain/policy.ts';
import { pricesAt } from '../domain/prices.ts';
import { estimateCost } from './modelCost.ts';

/** A model that may answer, at the effort and with the output that it would be asked for. */
export type Able = {
  readonly model: CatalogModel;
  readonly effort: Effort | undefined;
  readonly outputTokens: number;
  /** Exact estimate in pico-dollars; undefined when a price is not known (only for a model that was named). */
  readonly cost: bigint | undefined;
};
export type Excluded = { readonly modelId: string; readonly reason: Exclusion };

type Check = (model: CatalogModel, inputs: DecisionInputs, named: boolean, rules: FilterRules) => Exclusion | undefined;

/** In what the versions of the decider differ. */
export type FilterRules = {
  /** Tools reach every model that takes them, at every effort: those of another interface, too. */
  readonly toolsThroughAll: boolean;
  /** `require_parameters` leaves out what would not count. */
  readonly requiresParameters: boolean;
  /** A model that was named is taken as it is: below the floor of quality, too, and at the vendor's own effort unless one is asked for. */
  readonly namedAsTheyAre: boolean;
  /** A model is left alone for its breaker only where it would have been able: that reason is looked at last. */
  readonly breakerLast: boolean;
  /** One named model with a fallback is followed by what the router would choose. */
  readonly namedFallsBack: boolean;
  /** A provider that the caller prefers comes first although its models are below the floor of quality. */
  readonly floorByPreference: boolean;
  /** What is estimated is all of the answers that were asked for. */
  readonly countsAnswers: boolean;
  /** A named model answers within its own limit when more was asked for. */
  readonly clipsNamed: boolean;
};
const NO_RULES: FilterRules = {
  toolsThroughAll: false,
  requiresParameters: false,
  namedAsTheyAre: false,
  breakerLast: false,
  namedFallsBack: false,
  floorByPreference: false,
  countsAnswers: false,
  clipsNamed: false,
};
export const FIRST_RULES: FilterRules = NO_RULES;
export const SECOND_RULES: FilterRules = {
  ...NO_RULES,
  toolsThroughAll: true,
  requiresParameters: true,
  namedAsTheyAre: true,
};
export const CURRENT_RULES: FilterRules = {
  toolsThroughAll: true,
  requiresParameters: true,
  namedAsTheyAre: true,
  breakerLast: true,
  namedFallsBack: true,
  floorByPreference: true,
  countsAnswers: true,
  clipsNamed: true,
};

/** The caller named one model, and what may follow it is ours to choose. */
export function isFollowed({ models, fallback }: DecisionInputs['wishes'], { namedFallsBack }: FilterRules): boolean {
  return namedFallsBack && fallback && models.length === 1;
}

const CHAT_PATHS: ReadonlySet<string | undefined> = new Set([undefined, 'chat', 'chat_without_reasoning']);

export function filterModels(
  catalog: Catalog,
  inputs: DecisionInputs,
  policy: Policy,
  rules: FilterRules,
): { able: Able[]; excluded: Excluded[] } {
  const able: Able[] = [];
  const excluded: Excluded[] = [];
  const names = new Set(inputs.wishes.models);
  for (const model of catalog.models.values()) {
    const result = examine(model, inputs, { policy, rules, names });
    if (typeof result === 'string') excluded.push({ modelId: model.id, reason: result });
    else able.push(result);
  }
  return { able, excluded };
}

function examine(
  model: CatalogModel,
  inputs: DecisionInputs,
  { policy, rules, names }: { policy: Policy; rules: FilterRules; names: ReadonlySet<string> },
): Able | Exclusion {
  const named = names.has(model.id);
  if (names.size > 0 && !named && !isFollowed(inputs.wishes, rules)) return 'not_named';
  for (const check of CHECKS) {
    const reason = check(model, inputs, named, rules);
    if (reason) return reason;
  }
  const asked = inputs.wishes.effort !== undefined;
  const effort = named && rules.namedAsTheyAre && !asked ? undefined : chooseEffort(model, inputs, policy, rules);
  const missing = rules.requiresParameters ? missesParameter(model, effort, inputs) : undefined;
  if (missing) return missing;
  const outputTokens = expectOutput(model, effort, inputs, policy);
  const context = model.details.contextTokens ?? policy.assumedContextTokens;
  if (inputs.features.inputTokens + outputTokens > context) return 'context_too_short';
  const billed = outputTokens * (rules.countsAnswers ? answersFrom(model.provider, inputs.features.answers) : 1);
  const cost = estimateCost(model, inputs.features.inputTokens, billed, inputs.at);
  if (cost === undefined && !named) return 'price_unknown';
  const { maxCostUsd } = inputs.wishes;
  // A limit on cost and a price that is not known do not go together, not even for a named model.
  if (maxCostUsd !== undefined && (cost === undefined || cost > parseUsd(maxCostUsd))) {
    return cost === undefined ? 'price_unknown' : 'over_max_cost';
  }
  if (rules.breakerLast && isBroken(model, inputs)) return 'breaker_open';
  return { model, effort, outputTokens, cost };
}

const CHECKS: readonly Check[] = [
  ({ details }) => (details.enabled ? undefined : 'disabled'),
  ({ provider }, { constraints }) => (constraints.providers.includes(provider) ? undefined : 'provider_not_configured'),
  ({ id }, { constraints: { orgModels, keyModels } }) =>
    (orgModels && !orgModels.includes(id)) || (keyModels && !keyModels.includes(id)) ? 'not_allowed' : undefined,
  ({ provider }, { wishes: { only, ignore } }) =>
    (only && !only.includes(provider)) || ignore?.includes(provider) ? 'provider_ignored' : undefined,
  // An announced shutdown keeps a model from being chosen by itself; called by name it serves until the day itself.
  ({ deprecation }, { at }, named) =>
    deprecation && (!named || Date.parse(deprecation.at) <= at) ? 'deprecated' : undefined,
  (model, inputs, _named, { breakerLast }) => (!breakerLast && isBroken(model, inputs) ? 'breaker_open' : undefined),
  ({ details }, { features: { needs } }, named, { toolsThroughAll }) =>
    needs.tools && (!has(details.abilities.tools, named) || !(toolsThroughAll || CHAT_PATHS.has(details.toolsThrough)))
      ? 'lacks_tools'
      : undefined,
  ({ details }, { features: { needs } }, named) =>
    needs.vision && !has(details.abilities.vision, named) ? 'lacks_vision' : undefined,
  ({ details: { abilities } }, { features: { needs } }, named) =>
    (needs.jsonSchema && !has(abilities.jsonSchema, named)) ||
    (needs.jsonMode && !has(abilities.jsonMode ?? abilities.jsonSchema, named))
      ? 'lacks_json'
      : undefined,
  ({ details }, { wishes: { maxTokens } }, named, { clipsNamed }) =>
    !(named && clipsNamed) &&
    maxTokens !== undefined &&
    details.maxOutputTokens !== undefined &&
    maxTokens > details.maxOutputTokens
      ? 'output_too_short'
      : undefined,
  overMaxPrice,
];

function isBroken({ id, provider }: CatalogModel, { openBreakers }: DecisionInputs): boolean {
  return openBreakers.includes(id) || openBreakers.includes(provider);
}

/** Where the caller requires every parameter to count: none may be left out, and the effort may not be another. */
function missesParameter(
  model: CatalogModel,
  effort: Effort | undefined,
  { wishes, features }: DecisionInputs,
): Exclusion | undefined {
  if (!wishes.requireParameters) return undefined;
  if (wishes.effort !== undefined && effort !== wishes.effort) return 'effort_unsupported';
  return features.parameters?.some((name) => isNotTaken(model, name, effort)) ? 'lacks_parameter' : undefined;
}

/** A model that was named by its caller gets the benefit of the doubt; one that we choose must be known to be able. */
function has(ability: boolean | undefined, named: boolean): boolean {
  return ability ?? named;
}

function overMaxPrice(model: CatalogModel, { wishes, features, at }: DecisionInputs): Exclusion | undefined {
  const { maxPrice } = wishes;
  if (!maxPrice) return undefined;
  const prices = model.prices && pricesAt(model.prices, features.inputTokens, at);
  return isOver(prices?.input, maxPrice.prompt) || isOver(prices?.output, maxPrice.completion)
    ? 'over_max_price'
    : undefined;
}

/** Whether a price per token is over a limit per million tokens; an unknown price is over any limit. */
function isOver(price: string | undefined, limit: string | undefined): boolean {
  if (limit === undefined) return false;
  if (price === undefined) return true;
  const perMillion = parseDecimal(limit);
  return compareDecimals(parseDecimal(price), { ...perMillion, scale: perMillion.scale + 6 }) > 0;
}

/** The effort that will be sent: the caller's, else the policy's, clipped to what the model takes; undefined = none to choose. */
export function chooseEffort(
  model: CatalogModel,
  { wishes, features }: DecisionInputs,
  policy: Policy,
  { toolsThroughAll }: FilterRules,
): Effort | undefined {
  const { efforts, toolsThrough } = model.details;
  if (!efforts || efforts.length === 0) return undefined;
  if (!toolsThroughAll && features.needs.tools && toolsThrough === 'chat_without_reasoning') return 'none';
  const wanted = EFFORTS.indexOf(wishes.effort ?? policy.effort[wishes.priority]);
  let nearest: Effort | undefined;
  let distance = Number.POSITIVE_INFINITY;
  for (const effort of EFFORTS) {
    if (!efforts.includes(effort)) continue;
    const own = Math.abs(EFFORTS.indexOf(effort) - wanted);
    if (own < distance) {
      nearest = effort;
      distance = own;
    }
  }
  return nearest;
}

function expectOutput(
  model: CatalogModel,
  effort: Effort | undefined,
  { wishes, features }: DecisionInputs,
  policy: Policy,
): number {
  const visible = wishes.maxTokens ?? policy.expectedOutputTokens[features.taskType];
  // A limit given by the caller counts thinking too; the policy's figure is what is seen.
  const whole = wishes.maxTokens ?? Math.ceil(visible * (effort === undefined ? 1 : policy.effortOutputFactor[effort]));
  return Math.min(whole, model.details.maxOutputTokens ?? whole);
}
