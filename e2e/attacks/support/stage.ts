import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobView } from '@deployment-engine/contracts';
import { preflightRules } from '@deployment-engine/policy';
import { createClient } from '../../../testing/client.ts';
import { Engine } from '../../../testing/engine.ts';
import { type LocalAws, startLocalAws } from '../../../testing/local-aws.ts';

/** Rules on changes that require approval by default. */
const planRules = ['PLAN-IMPORT', 'PLAN-FORGET', 'PLAN-MOVE', 'PLAN-REPLACE', 'PLAN-DELETE', 'PLAN-IAM'];

/** Which of the two controls on code an engine has: preflight before it runs, and the sandbox around it. */
export type Controls = { preflight: boolean; sandbox: boolean };

export type Outcome = {
  job: JobView;
  /** Ids of the findings in the code. */
  findings: string[];
  /** Everything the API returns about the job and its project, including raw state. */
  shown: string;
};

/** Engines with the controls on or off, each started on first use, with a local AWS if requested. */
export class Stage {
  readonly aws: LocalAws | undefined;
  readonly #engines = new Map<string, Promise<Engine>>();
  readonly #folders: string[] = [];
  readonly #env: Record<string, string>;
  #count = 0;

  private constructor(aws: LocalAws | undefined, env: Record<string, string>) {
    this.aws = aws;
    this.#env = env;
  }

  static async open(options: { aws?: boolean; env?: Record<string, string> } = {}): Promise<Stage> {
    return new Stage(options.aws ? await startLocalAws() : undefined, options.env ?? {});
  }

  engine(controls: Controls): Promise<Engine> {
    const name = JSON.stringify(controls);
    const known = this.#engines.get(name) ?? this.#start(controls);
    this.#engines.set(name, known);
    return known;
  }

  /** Deploys code to a new project and waits for the end. */
  async deploy(
    controls: Controls,
    files: Record<string, string>,
    more: { projectId?: string; variables?: Record<string, unknown>; timeoutMs?: number } = {},
  ): Promise<Outcome> {
    const { timeoutMs, ...body } = more;
    const client = createClient((await this.engine(controls)).url);
    this.#count += 1;
    const projectId = body.projectId ?? `attack-${this.#count}`;
    const accepted = await client.post('/api/deploy', { ...body, projectId, files });
    if (accepted.status !== 202)
      throw new Error(`POST /api/deploy: ${accepted.status} ${JSON.stringify(accepted.body)}`);
    const { jobId } = accepted.body;
    const job = await client.finished(jobId, timeoutMs);
    const policy = await client.get(`/api/deploy/policy/${projectId}`);
    const code = policy.body.newest?.code?.findings ?? [];
    const paths = [
      `/api/deploy/status/${jobId}`,
      `/api/deploy/jobs/${jobId}/logs`,
      `/api/deploy/jobs/${jobId}/plan`,
      `/api/deploy/state/${projectId}`,
    ];
    const answers = await Promise.all(paths.map((path) => client.get(path)));
    return {
      job,
      findings: code.map((finding: { id: string }) => finding.id),
      shown: answers.map(({ body }) => (typeof body === 'string' ? body : JSON.stringify(body))).join('\n'),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const engine of this.#engines.values())
      await engine.then(
        (started) => started[Symbol.asyncDispose](),
        () => {}, // it never started; its test has reported that
      );
    await this.aws?.stop();
    for (const folder of this.#folders) await rm(folder, { recursive: true, force: true });
  }

  async #start({ preflight, sandbox }: Controls): Promise<Engine> {
    const env = { ...this.aws?.env, ...this.#env };
    return Engine.start({
      env: {
        ...env,
        ...(preflight ? {} : { POLICY_FILE: await this.#everythingAllowed() }),
        ...(sandbox ? {} : { SANDBOX: 'off', SANDBOX_NETWORK: 'open' }),
      },
    });
  }

  /** The policy of an operator who trusts all code; some rules cannot be exempted. */
  async #everythingAllowed(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'policy-'));
    this.#folders.push(folder);
    const path = join(folder, 'policy.json');
    const exemptions = Object.entries(preflightRules)
      .filter(([, { allowable }]) => allowable)
      .map(([id]) => ({ id, who: 'test', why: 'shows what happens without the rule' }));
    const modes = Object.fromEntries(planRules.map((id) => [id, 'off']));
    await writeFile(path, JSON.stringify({ defaults: { modes }, exemptions }));
    return path;
  }
}
