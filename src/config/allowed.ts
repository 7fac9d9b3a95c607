// What may stand in the place of a value that was refused, in words for who wrote it. Pure.
import type { z } from 'zod';

/** Schemas that say it themselves are quoted; for the others zod's own words would tell of its types. */
export function allowedBy(issue: z.core.$ZodIssue): string {
  if (!ZODS_OWN.test(issue.message)) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return WORDS[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue.values.map(String).join(' | ');
    case 'too_small':
      return atLeast(issue.origin, Number(issue.minimum), issue.inclusive ?? true);
    case 'too_big':
      return atMost(issue.origin, Number(issue.maximum), issue.inclusive ?? true);
    case 'invalid_format':
      return FORMATS[issue.format] ?? `text of the form ${issue.pattern ?? issue.format}`;
    case 'invalid_union':
      return [...new Set(issue.errors.flatMap((branch) => branch.slice(0, 1).map(allowedBy)))].join(', or ');
    case 'invalid_key':
    case 'invalid_element':
      return issue.issues.map(allowedBy).join('; ');
    case 'not_multiple_of':
      return `a multiple of ${String(issue.divisor)}`;
    case 'unrecognized_keys':
      return 'the keys of docs/configuration.md';
    case 'custom':
      return issue.message;
  }
}

const ZODS_OWN = /^(Invalid|Too (small|big)|Unrecognized)\b/;

const WORDS: Readonly<Record<string, string>> = {
  number: 'a number',
  int: 'a whole number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys with values',
  record: 'keys with values',
};

const FORMATS: Readonly<Record<string, string>> = {
  url: 'a URL',
  uuid: 'a UUID',
  date: 'a day like 2026-01-31',
  datetime: 'a time like 2026-01-31T12:00:00Z',
};

const UNITS: Readonly<Record<string, string>> = { string: 'characters', array: 'entries', set: 'entries' };

function atLeast(origin: string, least: number, inclusive: boolean): string {
  const unit = UNITS[origin];
  if (unit) return least === 1 ? `${WORDS[origin] ?? 'a list'} that is not empty` : `at least ${least} ${unit}`;
  const kind = WORDS[origin] ?? 'a value';
  return inclusive ? `${kind}, ${least} or more` : `${kind} above ${least}`;
}

function atMost(origin: string, most: number, inclusive: boolean): string {
  const unit = UNITS[origin];
  if (unit) return `at most ${most} ${unit}`;
  const kind = WORDS[origin] ?? 'a value';
  return inclusive ? `${kind}, at most ${most}` : `${kind} below ${most}`;
}
