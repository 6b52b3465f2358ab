import { createLogger as createWinston, format, type Logger, transports } from 'winston';

/** Structured logs, one JSON object a line, on standard output. */
export function createLogger(level: string, runnerId: string): Logger {
  return createWinston({
    level,
    defaultMeta: { service: 'terraform-runner', runnerId },
    format: format.combine(format.timestamp(), plainErrors(), format.json()),
    transports: [new transports.Console({ stderrLevels: ['error'] })],
  });
}

/** Errors have no members of their own that JSON would show. */
const plainErrors = format((entry) => {
  const { error } = entry;
  return error instanceof Error ? { ...entry, error: error.stack ?? error.message } : entry;
});
