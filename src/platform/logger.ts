// The only door to winston. Lines are JSON in production and readable elsewhere; they go to stderr, never hold prompts,
// and secret-like fields are blanked whatever their depth.
import winston from 'winston';

export type LogFields = Readonly<Record<string, unknown>>;
export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

export type Logger = {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  /** A logger that adds these fields to every line. */
  child(fields: LogFields): Logger;
};

const SECRET_FIELD = /authorization|api[-_]?key$|password|secret|token$|cookie|connectionstring/i;

const URL_PASSWORD = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\s/@]+@/gi;
const DEPTH = 8;

export function createLogger(options: { level: LogLevel; json: boolean; process: string }): Logger {
  const { format } = winston;
  const readable = format.printf(({ timestamp, level, message, process, ...fields }) => {
    const rest = Object.keys(fields).length ? ` ${JSON.stringify(fields)}` : '';
    return `${String(timestamp)} ${level} [${String(process)}] ${String(message)}${rest}`;
  });
  const target = winston.createLogger({
    level: options.level,
    defaultMeta: { process: options.process },
    format: format.combine(format.timestamp(), options.json ? format.json() : readable),
    transports: [new winston.transports.Console({ stderrLevels: ['error', 'warn', 'info', 'debug'] })],
  });
  return wrap(target, {});
}

function wrap(target: winston.Logger, base: LogFields): Logger {
  const write =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      target.log({ ...clean({ ...base, ...fields }, DEPTH), level, message });
    };
  return {
    error: write('error'),
    warn: write('warn'),
    info: write('info'),
    debug: write('debug'),
    child: (fields) => wrap(target, { ...base, ...fields }),
  };
}

function clean(fields: LogFields, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, SECRET_FIELD.test(key) ? '[redacted]' : plain(value, depth)]),
  );
}

/** What JSON can hold: errors as message, code, stack and causes; secret-like fields and passwords in URLs blanked. */
function plain(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.replace(URL_PASSWORD, '$1[redacted]@');
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value !== 'object') return value;
  // Also what ends a circle.
  if (depth === 0) return '[deeper]';
  if (value instanceof Error) return plainError(value, depth - 1);
  if (Array.isArray(value)) return value.map((item) => plain(item, depth - 1));
  if (Object.getPrototypeOf(value) === Object.prototype) return clean(value as LogFields, depth - 1);
  return value;
}

function plainError(error: Error, depth: number): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? { code: error.code } : {};
  return clean({ name, message, ...code, stack, ...(cause === undefined ? {} : { cause }) }, depth);
}
