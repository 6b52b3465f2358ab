import { type ScheduledTask, schedule } from 'node-cron';
import type { Context } from '../../context.ts';
import { destroyDueProjects } from '../expiry.ts';
import { createDriftSchedules, scheduleChangedChannel } from '../schedules.ts';
import { pruneOld } from './retention.ts';

const everyFiveSeconds = '*/5 * * * * *';
const everyHour = '17 * * * *';

/** Starts the scheduled work: destroys due projects, checks for drift, prunes old records; `others` are those of other parts. */
export async function startHousekeeping(
  context: Context,
  others: () => Promise<unknown> = async () => {},
): Promise<AsyncDisposable> {
  const schedules = createDriftSchedules(context);
  await schedules.start();
  await context.database.listen(
    scheduleChangedChannel,
    () => void schedules.reload().catch(report('reading the schedules')),
  );
  const tasks: ScheduledTask[] = [
    schedule(everyFiveSeconds, () =>
      destroyDueProjects(context).then(() => {}, report('destroying due projects')),
    ),
    schedule(everyHour, () => pruneOld(context).then(() => {}, report('pruning old records'))),
    schedule(everyHour, () => others().then(() => {}, report('pruning old pipelines'))),
  ];

  function report(activity: string) {
    return (error: unknown) => void context.logger.error(activity, { error });
  }

  return {
    async [Symbol.asyncDispose]() {
      for (const task of tasks) await task.destroy();
      await schedules[Symbol.asyncDispose]();
    },
  };
}
