import { createLogger as createWinston, format, type Logger, transports } from 'winston';

/** Creates a logger that writes JSON lines to standard output. */
export function createLogger(level: string, runnerId: string): Logger {
  return createWinston({
    level,
    defaultMeta: { service: 'terraform-runner', runnerId },
    format: format.combine(format.timestamp(), plainErrors(), format.json()),
    transports: [new transports.Console({ stderrLevels: ['error'] })],
  });
}

/** Errors have no enumerable properties, so JSON would drop them. */
const plainErrors = format((entry) => {
  const { error } = entry;
  return error instanceof Error ? { ...entry, error: error.stack ?? error.message } : entry;
});
