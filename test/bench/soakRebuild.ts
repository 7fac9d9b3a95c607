// npm run soak -- rebuild: the projections' process and a rebuild are killed at random while events come in; in the end every row has to
// be what a clean rebuild makes.
import { killProjections } from '../support/killedProjections.ts';

export async function soakRebuild(kills: number): Promise<{ text: string; whole: boolean }> {
  const { requests, killed, rebuilds, differing, rows } = await killProjections(kills);
  const told = differing.map((table) => `- differs: ${table}`);
  return {
    text: [
      `${killed} kills of the projections' process and ${rebuilds} of a rebuild, while ${requests} requests came in: ${rows} rows, ` +
        (differing.length === 0 ? 'all equal to a clean rebuild.' : 'NOT equal to a clean rebuild.'),
      ...told,
    ].join('\n'),
    whole: differing.length === 0,
  };
}
