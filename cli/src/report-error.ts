import { ApiError, UnreachableError } from '@deployment-engine/client';
import { CommanderError } from 'commander';
import { CliError, type ExitCode, exitCodes } from './exit-code.ts';
import { annotate } from './github/annotations.ts';
import { printable } from './text/printable.ts';

/** Prints an error on standard error, and returns the exit code for it. */
export function reportError(error: unknown, json: boolean): ExitCode {
  if (error instanceof CommanderError) return reportUsage(error, json);
  const code = exitCodeOf(error);
  if (json) console.error(JSON.stringify({ error: errorJson(error), exitCode: code }));
  else console.error(isExpected(error) ? `deployer: ${printable(messageOf(error))}` : error);
  if (code !== exitCodes.detached && isExpected(error))
    annotate({ level: 'error', message: messageOf(error) });
  return code;
}

/** Commander has printed its own message. */
function reportUsage({ message, code }: CommanderError, json: boolean): ExitCode {
  if (json) console.error(JSON.stringify({ error: { message, code }, exitCode: exitCodes.usage }));
  return exitCodes.usage;
}

function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CliError) return error.exitCode;
  if (error instanceof UnreachableError) return exitCodes.unreachable;
  if (error instanceof ApiError && error.code === 'self_approval') return exitCodes.waiting;
  if (error instanceof ApiError && error.code === 'policy_denied') return exitCodes.waiting;
  return exitCodes.failed;
}

function isExpected(error: unknown): error is Error {
  return error instanceof CliError || error instanceof UnreachableError || error instanceof ApiError;
}

function messageOf(error: Error): string {
  if (error instanceof UnreachableError)
    return `${error.message}; start it with npm start, or name it with --url`;
  if (error instanceof ApiError && error.code === 'unauthenticated')
    return `${error.message}; run deployer login, or set DEPLOYER_TOKEN`;
  return error.message;
}

function errorJson(error: unknown): Record<string, unknown> {
  if (error instanceof ApiError) {
    const { message, status, code, title, detail, fields, requestId } = error;
    return { message, status, code, title, detail, fields, requestId };
  }
  if (error instanceof UnreachableError) return { message: messageOf(error), url: error.url };
  return { message: error instanceof Error ? error.message : String(error) };
}
