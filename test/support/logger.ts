// A logger for tests: keeps what was said, prints nothing.
import type { LogFields, LogLevel, Logger } from '../../src/platform/logger.ts';

export type LoggedLine = { readonly level: LogLevel; readonly message: string; readonly fields: LogFields };

export function createRecordingLogger(): Logger & { readonly lines: LoggedLine[] } {
  const lines: LoggedLine[] = [];
  const write =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      lines.push({ level, message, fields });
    };
  const logger = {
    lines,
    error: write('error'),
    warn: write('warn'),
    info: write('info'),
    debug: write('debug'),
    child: (): Logger => logger,
  };
  return logger;
}

export const silentLogger: Logger = {
  error: () => {},
  warn: () => {},
  info: () => {},
  debug: () => {},
  child: () => silentLogger,
};
