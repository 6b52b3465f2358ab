/** What the command's end says to scripts. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  /** Something waits for an approval, or a policy or budget blocks it. */
  waiting: 3,
  unreachable: 4,
  /** `plan --detailed-exitcode`: there are changes. */
  changes: 5,
  /** The command has ended, its job goes on. */
  detached: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** An error that the user can fix; shown as one line. */
export class CliError extends Error {
  readonly exitCode: ExitCode = exitCodes.failed;
}

/** The command was called in a way that it does not support. */
export class UsageError extends CliError {
  override readonly exitCode = exitCodes.usage;
}

/** The user has left a job that goes on. */
export class DetachedError extends CliError {
  override readonly exitCode = exitCodes.detached;
}
