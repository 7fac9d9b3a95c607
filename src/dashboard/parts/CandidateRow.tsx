// One candidate: its score as a bar that its parts add up to, each at the weight that it had.
import type { Candidate, ScoreParts } from '../../domain/decision.ts';
import { formatScore, formatUsd, toWords } from '../format/figures.ts';
import { formatDuration } from '../format/times.ts';
import { ModelLink } from './ModelLink.tsx';
import { PARTS } from './scoreParts.ts';

type Props = {
  readonly candidate: Candidate;
  readonly weights: ScoreParts;
  readonly role: string | undefined;
  readonly isBaseline: boolean;
};

export function CandidateRow({ candidate, weights, role, isBaseline }: Props) {
  const { modelId, effort, score, parts, estimatedCostUsd, expectedLatencyMs, notes } = candidate;
  return (
    <tr>
      <td>
        <span className="tags">
          <ModelLink id={modelId} />
          {role !== undefined && (
            <span className={role === 'primary' || role === 'named' ? 'tag tag-good' : 'tag'}>{role}</span>
          )}
          {isBaseline && <span className="tag">baseline</span>}
        </span>
      </td>
      <td className="right tight">{formatScore(score)}</td>
      <td className="candidate-bar">
        <span
          className="bar"
          role="img"
          aria-label={describeParts(parts, weights)}
          title={describeParts(parts, weights)}
        >
          {PARTS.map(({ name, colour }) => (
            <i key={name} style={{ width: `${parts[name] * weights[name] * 100}%`, background: colour }} />
          ))}
        </span>
      </td>
      <td className="right tight">{formatUsd(estimatedCostUsd)}</td>
      <td className="right tight wide">{formatDuration(expectedLatencyMs)}</td>
      <td className="wide soft small">
        {[...(effort ? [`effort ${effort}`] : []), ...notes.map(describeNote)].join(', ')}
      </td>
    </tr>
  );
}

function describeParts(parts: ScoreParts, weights: ScoreParts): string {
  return PARTS.map(
    ({ name, label }) =>
      `${label} ${parts[name].toFixed(2)} × ${weights[name].toFixed(2)} = ${(parts[name] * weights[name]).toFixed(3)}`,
  ).join(', ');
}

const AS_IT_IS = new Set(['assumed', 'measured']);

/** `quality:tier` → `quality from tier`, `latency:measured` → `latency measured` */
function describeNote(note: string): string {
  const [what = '', how] = note.split(':');
  if (how === undefined) return toWords(what);
  return `${what} ${AS_IT_IS.has(how) ? how : `from ${toWords(how)}`}`;
}
