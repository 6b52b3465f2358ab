import { createLogger as createWinston, format, type Logger, transports } from 'winston';

/** Logs to standard output, one JSON object per line; errors include their stack and causes. */
export function createLogger(level: string, service: string): Logger {
  return createWinston({
    level,
    defaultMeta: { service },
    format: format.combine(format.timestamp(), spellOutError(), format.json()),
    transports: [new transports.Console()],
  });
}

const spellOutError = format((info) => {
  if (info.error instanceof Error) info.error = describe(info.error);
  return info;
});

function describe(error: Error): Record<string, unknown> {
  return {
    name: error.name,
    message: error.message,
    stack: error.stack,
    ...(error.cause instanceof Error ? { cause: describe(error.cause) } : {}),
  };
}
