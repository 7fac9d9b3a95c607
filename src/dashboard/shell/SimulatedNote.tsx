// Says that no provider was called, wherever figures could be taken for real ones.
import { useSession } from '../api/session.ts';

export function SimulatedNote() {
  if (!useSession().simulated) return null;
  return (
    <p className="simulated">
      <strong>Simulated providers.</strong> No provider key is set: answers are made up, costs are what list prices
      would be.
    </p>
  );
}
