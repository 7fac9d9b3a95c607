// A partial policy laid over a whole one: objects member by member, everything else replaced. Pure.
import { Policy } from '../domain/policy.ts';

/** @throws ZodError when the result is no policy */
export function mergePolicy(policy: Policy, patch: unknown): Policy {
  return Policy.parse(mergeDeep(policy, patch));
}

function mergeDeep(base: unknown, patch: unknown): unknown {
  if (!isObject(base) || !isObject(patch)) return patch;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(patch)) merged[key] = mergeDeep(base[key], value);
  return merged;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
