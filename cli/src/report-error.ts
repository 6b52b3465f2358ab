import { ApiError, UnreachableError } from '@deployment-engine/client';
import { CommanderError } from 'commander';
import { CliError, type ExitCode, exitCodes } from './exit-code.ts';
import { annotate } from './github/annotations.ts';
import { errorText } from './messages/error-text.ts';
import { runningCommandName } from './messages/running-command.ts';

/** Prints an error on standard error, and returns the exit code for it. */
export function reportError(error: unknown, json: boolean): ExitCode {
  if (error instanceof CommanderError) return reportUsage(error, json);
  const code = exitCodeOf(error);
  if (json) console.error(JSON.stringify({ error: errorJson(error), exitCode: code }));
  else console.error(isExpected(error) ? lineOf(error) : error);
  if (code !== exitCodes.detached && isExpected(error))
    annotate({ level: 'error', message: errorText(error) });
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

/** A refusal does not say what was being done, so that the command is named. */
function lineOf(error: Error): string {
  return `${error instanceof ApiError ? runningCommandName() : 'deployer'}: ${errorText(error)}`;
}

function errorJson(error: unknown): Record<string, unknown> {
  if (error instanceof ApiError) {
    const { operation, status, code, title, detail, fields, requestId } = error;
    return { message: errorText(error), operation, status, code, title, detail, fields, requestId };
  }
  if (error instanceof UnreachableError) return { message: errorText(error), url: error.url };
  return { message: error instanceof Error ? error.message : String(error) };
}
