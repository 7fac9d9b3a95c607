// Several places of configuration, read as one: who has mistakes in two of them hears of both at once.
import { ConfigError, type ConfigProblem } from './configError.ts';

/** What each reader gives, in order. @throws ConfigError with the problems of all of them */
export function readTogether<T extends readonly (() => unknown)[]>(
  readers: readonly [...T],
): { [Place in keyof T]: ReturnType<T[Place]> } {
  const problems: ConfigProblem[] = [];
  const causes: unknown[] = [];
  const read = readers.map((reader) => {
    try {
      return reader();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
      causes.push(error.cause ?? error);
      return undefined;
    }
  });
  if (problems.length > 0) throw new ConfigError(problems, { cause: causes[0] });
  return read as { [Place in keyof T]: ReturnType<T[Place]> };
}
