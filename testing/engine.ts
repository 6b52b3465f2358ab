import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { briefly, type Child, readyPort, startChild } from './child.ts';
import { policyFile } from './policy-file.ts';

const root = resolve(import.meta.dirname, '..');

export type EngineOptions = {
  /** More settings for both services. */
  env?: Record<string, string>;
  /** Settings of only the runner or the gateway. */
  runnerEnv?: Record<string, string>;
  gatewayEnv?: Record<string, string>;
  /** The operator's policy, the content of `POLICY_FILE`. */
  policy?: unknown;
};

/** A whole engine: two real processes on random ports, with its own folder. */
export class Engine {
  readonly directory: string;
  readonly token = randomBytes(16).toString('hex');
  runner: Child | undefined;
  gateway: Child | undefined;
  runnerPort = 0;
  gatewayPort = 0;
  readonly options: EngineOptions;

  private constructor(directory: string, options: EngineOptions) {
    this.directory = directory;
    this.options = options;
  }

  static async start(options: EngineOptions = {}): Promise<Engine> {
    const engine = new Engine(await mkdtemp(join(tmpdir(), 'de-')), options);
    try {
      await engine.startRunner();
      await engine.startGateway();
      return engine;
    } catch (error) {
      await engine[Symbol.asyncDispose]();
      throw error;
    }
  }

  get url(): string {
    return `http://127.0.0.1:${this.gatewayPort}`;
  }

  get runnerUrl(): string {
    const scheme = this.options.runnerEnv?.RUNNER_TLS_CERT ? 'https' : 'http';
    return `${scheme}://127.0.0.1:${this.runnerPort}`;
  }

  /** Reuses the port of an earlier start. */
  async startRunner(): Promise<void> {
    const env = {
      ...this.#baseEnv(),
      RUNNER_PORT: String(this.runnerPort),
      // A spare takes two seconds of a core, which most tests never use.
      WARM_PROVIDERS: process.env.E2E_WARM_PROVIDERS ?? '0',
      ...this.options.runnerEnv,
    };
    this.runner = startService('terraform-runner', env);
    this.runnerPort = await readyPort('the runner', this.runner);
  }

  /** Reuses the port of an earlier start. `more` are settings of this start alone. */
  async startGateway(more: Record<string, string> = {}): Promise<void> {
    const env = {
      ...this.#baseEnv(),
      PORT: String(this.gatewayPort),
      TERRAFORM_RUNNER_URL: this.runnerUrl,
      ...(this.options.policy ? await policyFile(this.directory, this.options.policy) : {}),
      ...this.options.gatewayEnv,
      ...more,
    };
    this.gateway = startService('gateway', env);
    this.gatewayPort = await readyPort('the gateway', this.gateway);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway?.stop();
    await this.runner?.stop();
    await rm(this.directory, { recursive: true, force: true, maxRetries: 3 });
  }

  #baseEnv(): Record<string, string> {
    return {
      PATH: process.env.PATH ?? '',
      HOME: this.directory,
      RUNNER_TOKEN: this.token,
      DATA_DIR: join(this.directory, 'data'),
      WORKSPACES_DIR: join(this.directory, 'workspaces'),
      LOG_LEVEL: process.env.E2E_LOG_LEVEL ?? 'info',
      ...(process.env.TERRAFORM_BINARY_PATH
        ? { TERRAFORM_BINARY_PATH: process.env.TERRAFORM_BINARY_PATH }
        : {}),
      ...(process.env.TERRAFORM_PROVIDER_MIRROR
        ? { TERRAFORM_PROVIDER_MIRROR: process.env.TERRAFORM_PROVIDER_MIRROR }
        : {}),
      ...this.options.env,
    };
  }
}

function startService(name: string, env: Record<string, string>): Child {
  return startChild(process.execPath, [...briefly, join(root, name, 'src', 'main.ts')], {
    env,
    cwd: env.HOME ?? root,
    ipc: true,
  });
}
