// What the dialogs edit as text, and what of it is changed. Pure.
import type { Key, KeyChangeWish, Org, OrgChangeWish } from '../../api/accounts.ts';

export type Scope = Key['scopes'][number];
type Limits = Key['limits'];
export type LimitTexts = Readonly<Record<keyof Limits, string>>;
export type RightTexts = {
  readonly scopes: readonly Scope[];
  /** A day in the viewer's zone; empty = never. */
  readonly expires: string;
  readonly models: string;
  readonly networks: string;
};
export type KeyTexts = RightTexts & LimitTexts;
export type OrgTexts = LimitTexts & { readonly baseline: string; readonly models: string; readonly days: string };

export const NEW_KEY: RightTexts = { scopes: ['chat', 'read'], expires: '', models: '', networks: '' };

export function keyTexts(key: Key): KeyTexts {
  return {
    ...limitTexts(key.limits),
    scopes: key.scopes,
    expires: key.expires_at === null ? '' : toDay(new Date(key.expires_at)),
    models: toLines(key.allowed_models),
    networks: toLines(key.allowed_ips),
  };
}

export function orgTexts(org: Org): OrgTexts {
  return {
    ...limitTexts(org.limits),
    baseline: org.baseline_model ?? '',
    models: toLines(org.allowed_models),
    days: String(org.capture_content_days ?? ''),
  };
}

/** What a text says that was not touched stays exactly as it is: only what differs is sent. */
export function toKeyChange(old: KeyTexts, now: KeyTexts): KeyChangeWish {
  return {
    ...(isSame(old.scopes, now.scopes) ? {} : { scopes: [...now.scopes] }),
    ...(old.expires === now.expires ? {} : { expires_at: toEndOfDay(now.expires) }),
    ...(old.models === now.models ? {} : { allowed_models: toList(now.models) }),
    ...(old.networks === now.networks ? {} : { allowed_ips: toList(now.networks) }),
    ...toLimitsChange(old, now),
  };
}

export function toOrgChange(old: OrgTexts, now: OrgTexts): OrgChangeWish {
  return {
    ...(old.baseline === now.baseline ? {} : { baseline_model: now.baseline.trim() || null }),
    ...(old.models === now.models ? {} : { allowed_models: toList(now.models) }),
    ...(old.days === now.days ? {} : { capture_content_days: toNumber(now.days) }),
    ...toLimitsChange(old, now),
  };
}

/** One a line, or with commas between; null = all. */
export function toList(text: string): string[] | null {
  const names = text.split(/[\s,]+/).filter(Boolean);
  return names.length === 0 ? null : names;
}

export function toEndOfDay(day: string): string | null {
  return day === '' ? null : new Date(`${day}T23:59:59`).toISOString();
}

const LIMITS = ['requests_per_min', 'tokens_per_min', 'concurrent'] as const;

function toLimitsChange(old: LimitTexts, now: LimitTexts): { limits?: Partial<Limits> } {
  const changed = LIMITS.filter((name) => old[name] !== now[name]);
  return changed.length === 0 ? {} : { limits: Object.fromEntries(changed.map((name) => [name, toNumber(now[name])])) };
}

function limitTexts(limits: Limits): LimitTexts {
  return {
    requests_per_min: String(limits.requests_per_min ?? ''),
    tokens_per_min: String(limits.tokens_per_min ?? ''),
    concurrent: String(limits.concurrent ?? ''),
  };
}

const toLines = (names: readonly string[] | null): string => (names ?? []).join('\n');
const toNumber = (text: string): number | null => (text.trim() === '' ? null : Number(text));
const isSame = (a: readonly string[], b: readonly string[]): boolean => a.toSorted().join() === b.toSorted().join();

const two = (part: number): string => String(part).padStart(2, '0');

function toDay(at: Date): string {
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
