// A configuration that cannot be used: every problem at once, each with file, path, what was found and what is allowed.

export type ConfigProblem = {
  readonly file: string;
  readonly path: string;
  readonly found: string;
  readonly allowed: string;
};

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[], options?: ErrorOptions) {
    const lines = problems.map(
      ({ file, path, found, allowed }) => `  ${file}: ${path}: found ${found}; allowed: ${allowed}`,
    );
    super(
      `The configuration has ${problems.length} problem${problems.length === 1 ? '' : 's'}:\n${lines.join('\n')}`,
      options,
    );
    this.problems = problems;
  }
}
