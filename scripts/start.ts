import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { settingsHelp } from '@deployment-engine/service';
import { readConfig as readGatewayConfig } from '../gateway/src/config.ts';
import { gatewaySettings } from '../gateway/src/settings.ts';
import { readConfig as readRunnerConfig } from '../terraform-runner/src/config.ts';
import { runnerSettings } from '../terraform-runner/src/settings.ts';
import { bubblewrapProblem } from './sandbox/find-bubblewrap.ts';
import { type SupervisedService, superviseService } from './supervised-service.ts';
import { findTerraform } from './terraform/find-terraform.ts';

const root = resolve(import.meta.dirname, '..');
const readyMs = 60_000;

/** Starts runner and gateway, waits until both are healthy, and runs until it is stopped. */
async function main(environment: NodeJS.ProcessEnv): Promise<void> {
  const dataDir = resolve(environment.DATA_DIR || 'data');
  const terraform = await findTerraform(environment, join(dataDir, 'tools'));
  const shared = { ...environment, ...sharedToken(environment), DATA_DIR: dataDir };
  const runnerEnvironment = { ...shared, TERRAFORM_BINARY_PATH: terraform.path };
  const { runner, gateway } = checkSettings(runnerEnvironment, shared);
  const unsafe = runner.sandbox.mode === 'off' ? undefined : bubblewrapProblem(console.error);
  if (unsafe) console.error(unsafe);
  // Not both at once: on two cores that took longer, see docs/performance.md.
  const runnerPort = await start('terraform-runner', 'RUNNER_PORT', runnerEnvironment);
  const runnerUrl = environment.TERRAFORM_RUNNER_URL || `http://127.0.0.1:${runnerPort}`;
  const port = await start('gateway', 'PORT', { ...shared, TERRAFORM_RUNNER_URL: runnerUrl });
  const scheme = gateway.access.tls ? 'https' : 'http';
  const address = `${scheme}://${gateway.host.includes(':') ? `[${gateway.host}]` : gateway.host}:${port}`;
  if (scheme === 'http') await healthy(address); // only callers trust the certificate
  const keyFile = gateway.access.required ? join(dataDir, 'admin.key') : undefined;
  console.log(welcome(address, `${terraform.path} (${terraform.source})`, keyFile));
}

/** Returns the environment's secret, or else a new one for this start. */
function sharedToken({ RUNNER_TOKEN: token, RUNNER_TOKEN_FILE: file }: NodeJS.ProcessEnv) {
  return token || file ? {} : { RUNNER_TOKEN: randomBytes(32).toString('hex') };
}

/** Reads the settings of both services; throws with all wrong ones before either service starts. */
function checkSettings(runnerEnvironment: NodeJS.ProcessEnv, gatewayEnvironment: NodeJS.ProcessEnv) {
  const lines: string[] = [];
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      lines.push(...(error as Error).message.split('\n').slice(1));
    }
  };
  const runner = attempt(() => readRunnerConfig(runnerEnvironment));
  const gateway = attempt(() => readGatewayConfig(gatewayEnvironment));
  if (!runner || !gateway)
    throw new Error(['starting the engine: wrong settings', ...new Set(lines)].join('\n'));
  return { runner, gateway };
}

const services: SupervisedService[] = [];
let stopping = false;

function start(
  name: 'gateway' | 'terraform-runner',
  portSetting: 'PORT' | 'RUNNER_PORT',
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  if (stopping) return new Promise(() => {}); // this process is about to end
  const service = superviseService({ name, environment, portSetting, onGivenUp: () => void stop(1) });
  services.push(service);
  return service.ready;
}

/** Stops the gateway first, so that no new work reaches the runner. */
async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  for (const service of [...services].reverse()) await service.stop();
  process.exit(code);
}

async function healthy(address: string): Promise<void> {
  const deadline = Date.now() + readyMs;
  let last = 'no answer';
  while (Date.now() < deadline) {
    const answer = await fetch(`${address}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    last = answer ? await answer.text() : last;
    await delay(100);
  }
  throw new Error(`the gateway at ${address} is not ready: ${last}`);
}

/** `keyFile`: path of the admin key, if callers need one. */
function welcome(address: string, terraform: string, keyFile: string | undefined): string {
  const example = join('examples', 'hello', 'main.tf');
  const code = existsSync(join(root, example)) ? readFileSync(join(root, example), 'utf8') : '';
  const body = JSON.stringify({ projectId: 'hello', iacCode: code }).replaceAll("'", "'\\''");
  const key = keyFile ? ` -H "authorization: Bearer $(cat ${keyFile})"` : '';
  return `
Deployment Engine is ready at ${address}
  Terraform: ${terraform}
  API and docs: ${address}/api/docs

Deploy ${example}:

curl -s ${address}/api/deploy${key} -H 'content-type: application/json' -d '${body}'

and watch it:  curl -s ${address}/api/deploy/infrastructure/hello${key}
`;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0));

/** Returns the output of `npm start -- --help`. */
function help(): string {
  return `npm start starts the gateway and the runner with the settings in the environment.
RUNNER_TOKEN is made up where it is not set, and Terraform is fetched where none is found.

${settingsHelp('Gateway', gatewaySettings)}

${settingsHelp('Runner', runnerSettings)}`;
}

if (process.argv.includes('--help')) {
  console.log(help());
  process.exit(0);
}
main(process.env).catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  void stop(1);
});
