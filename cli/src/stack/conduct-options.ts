import { type Command, InvalidArgumentError, Option } from 'commander';

/** How a deploy, destroy or rollback proceeds. */
export type ConductOptions = {
  autoApprove?: boolean;
  message?: string;
  detach?: boolean;
  onError?: 'stop' | 'continue' | 'rollback';
  schedule?: 'waves' | 'ready';
  parallelism?: number;
  wait?: boolean;
};

/** Options that only a stack has. */
export const stackOnly = ['onError', 'schedule', 'parallelism', 'wait'];

export function withConduct(command: Command): Command {
  return command
    .option('--auto-approve', 'do not wait for an approval, unless a policy or budget asks for one')
    .option('--message <text>', 'shown with the job and in the history')
    .option('--detach', 'end as soon as the work is accepted')
    .addOption(
      new Option('--on-error <what>', 'stack: what to do after a failure').choices([
        'stop',
        'continue',
        'rollback',
      ]),
    )
    .addOption(new Option('--schedule <how>', 'stack: when a component starts').choices(['waves', 'ready']))
    .option('--parallelism <number>', 'stack: components at work at the same time', positive)
    .option('--wait', 'stack: wait for its turn if another pipeline is at work; the default')
    .option('--no-wait', 'stack: fail instead');
}

export function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('It is not a whole number above 0.');
  return value;
}
