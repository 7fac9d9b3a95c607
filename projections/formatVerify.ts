// What `npm run verify` prints: the counts, then each thing that is wrong. Pure.
import type { DecisionProblem } from '../src/replay/verifyDecisions.ts';
import type { Recount, RowProblem } from './recount.ts';
import { type VerifyReport, isWhole } from './verify.ts';

const MOST_SHOWN = 200;

export function formatVerify(report: VerifyReport): string {
  const { log, readModels, uncounted } = report;
  const problems = listProblems(report);
  const shown = problems.slice(0, MOST_SHOWN);
  return [
    `Log: ${log.events} events in ${log.streams} streams; ${log.chains.length === 0 ? 'every hash chain is whole' : `${log.chains.length} breaks in hash chains`}.`,
    ...[...log.deciders].map(
      ([version, { checked, differing }]) =>
        `Decisions by decider ${version}: ${checked} taken again, ${checked - differing} equal, ${differing} not.`,
    ),
    `Amounts: ${log.costs.checked} requests counted again, ${log.costs.differing} not equal.`,
    ...readModels.map(tellRecount),
    ...uncounted.map(({ projection }) => `Read model ${projection}: could not be counted again.`),
    ...shown.map((line) => `  ✗ ${line}`),
    ...(problems.length > shown.length ? [`  … and ${problems.length - shown.length} more`] : []),
    isWhole(report) ? 'Everything is equal.' : `${problems.length} problems.`,
  ].join('\n');
}

function tellRecount({ projection, events, rows, problems, behind }: Recount): string {
  const result = problems.length === 0 ? 'all equal' : `${problems.length} not equal`;
  const late = behind ? '; it is behind the log, and was compared up to where it is' : '';
  return `Read model ${projection}: ${rows} rows counted again from ${events} events, ${result}${late}.`;
}

export function listProblems({ log, readModels, uncounted }: VerifyReport): string[] {
  return [
    ...(log.unreadable === undefined ? [] : [`the log cannot be read to its end: ${log.unreadable}`]),
    ...log.chains.map(({ stream, revision, problem }) => `${stream} revision ${revision}: ${CHAIN_WORDS[problem]}`),
    ...log.decisions.map(tellDecision),
    ...uncounted.map(({ projection, message }) => `${projection}: ${message}`),
    ...readModels.flatMap(tellLate),
    ...readModels.flatMap(({ problems }) => problems.map(tellRow)),
  ];
}

function tellLate({ projection, behind, stopped }: Recount): string[] {
  if (stopped !== null) return [`${projection}: it stands still: ${stopped}`];
  return behind ? [`${projection}: it lacks events that were in the log when this began; do the projections run?`] : [];
}

const CHAIN_WORDS = {
  digest: 'its content is not what was sealed',
  chain: 'it does not follow from the event before it',
  time: 'it was not made when it says',
  gap: 'an event before it is missing, or stands elsewhere',
};

function tellDecision({ requestId, what, differences, message }: DecisionProblem): string {
  const where = differences
    .slice(0, 3)
    .map(({ path, recorded, recomputed }) => `${path} is ${say(recorded)}, computed again ${say(recomputed)}`)
    .join('; ');
  return `request ${requestId}: ${what === 'unreadable' ? message : `${what}: ${where}`}`;
}

function tellRow({ table, kind, key, columns }: RowProblem): string {
  if (table === 'stream_heads' && kind !== 'missing')
    return `stream ${key}: ${kind === 'extra' ? 'all of its events are gone' : 'its end is not the one that was seen'} (${tellColumns(columns)})`;
  if (table === 'stream_conflicts' && kind === 'extra')
    return `stream, revision and event ${key}: another event was seen there before, and is gone`;
  if (kind === 'differs') return `${table} ${key}: ${tellColumns(columns)}`;
  return `${table} ${key}: ${kind === 'missing' ? 'the row is missing' : 'there is a row that no event made'}`;
}

function tellColumns(columns: RowProblem['columns']): string {
  return columns
    .map(({ name, expected, found }) => `${name} is ${say(found)}, from the log ${say(expected)}`)
    .join('; ');
}

function say(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}
