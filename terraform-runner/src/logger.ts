import { createLogger as createWinston, format, type Logger, transports } from 'winston';

/** Structured logs, one JSON object a line, on standard output. */
export function createLogger(level: string, runnerId: string): Logger {
  return createWinston({
    level,
    defaultMeta: { service: 'terraform-runner', runnerId },
    format: format.combine(format.timestamp(), format.errors({ stack: true }), format.json()),
    transports: [new transports.Console({ stderrLevels: ['error'] })],
  });
}
