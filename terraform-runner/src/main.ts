import { settingsHelp } from '@deployment-engine/service';
import { ConfigError, type RunnerConfig, readConfig } from './config.ts';
import { createRunner } from './runner.ts';
import { runnerSettings } from './settings.ts';

/** The process exits after this time even if the shutdown has not completed. */
const shutdownMs = 5000;

if (process.argv.includes('--help')) {
  console.log(settingsHelp('Runner', runnerSettings));
  process.exit(0);
}

const config = configOrExit();
const runner = await createRunner(config);
await runner.start();
process.send?.({ type: 'ready', port: runner.port });
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop());
process.once('disconnect', () => void stop()); // the parent process has ended
if (process.connected === false) void stop();

async function stop(): Promise<void> {
  await runner.finishRuns();
  setTimeout(() => process.exit(1), shutdownMs).unref();
  await runner[Symbol.asyncDispose]();
  process.exit(0);
}

function configOrExit(): RunnerConfig {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}
