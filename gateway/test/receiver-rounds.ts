import { mkdtemp, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobTransition } from '@deployment-engine/contracts';
import { seededRandom } from '../../e2e/chaos/random.ts';
import { waitFor } from '../../testing/wait.ts';
import { enginePrincipal } from '../src/access/principal.ts';
import { readConfig } from '../src/config.ts';
import type { Context } from '../src/context.ts';
import { Deliverer } from '../src/infrastructure/notifications/deliverer.ts';
import { insertTarget } from '../src/infrastructure/notifications/store.ts';
import { insertJob } from '../src/jobs/store.ts';
import { transition } from '../src/jobs/transition.ts';
import { createAnswerRedactors } from '../src/projects/secrets/answer-redactors.ts';
import { ensureProject } from '../src/projects/store.ts';
import { openDatabase, type Query } from '../src/server/database/open.ts';
import { createEncryption } from '../src/server/encryption.ts';
import { createLogger } from '../src/server/logger.ts';
import { type MailReceiver, type Receiver, startMailReceiver, startReceiver } from './receivers.ts';

const jobsPerTurn = 2;
const killsPerRound = 2;
const events = ['job.started', 'job.awaiting_approval', 'job.succeeded', 'job.failed', 'job.cancelled'];
const courses: JobTransition[][] = [
  ['claim', 'complete'],
  ['claim', 'fail'],
  ['claim', 'awaitApproval', 'cancel'],
  ['cancel'],
];
const told: Partial<Record<JobTransition, string>> = {
  claim: 'job.started',
  awaitApproval: 'job.awaiting_approval',
  complete: 'job.succeeded',
  fail: 'job.failed',
  cancel: 'job.cancelled',
};
const words: Record<string, string> = {
  'has started': 'job.started',
  'waits for approval': 'job.awaiting_approval',
  'has succeeded': 'job.succeeded',
  'has failed': 'job.failed',
  'was cancelled': 'job.cancelled',
};

/** What a receiver got once: `what` is job and event. */
type Arrival = { id: string; what: string; project: string };
type Dying = { kill(): Promise<void> };
export type RoundFigures = { changes: number; messages: number; arrivals: number; duplicates: number };
export type Rounds = AsyncDisposable & { run(): Promise<RoundFigures> };
type Receivers = { hook: Receiver; slack: Receiver; mail: MailReceiver };
type World = Receivers & {
  context: Context;
  random: () => number;
  /** Starts a deliverer with a pool of its own. */
  startDeliverer(): Promise<Dying>;
};

/**
 * Rounds on one PostgreSQL: jobs change while two deliverers, each with a pool of its own, tell a webhook, Slack and a mail server.
 * These are slow, refuse, hang, break off, die and come back. Twice a round both deliverers die, either at once after a change, or
 * while a receiver has a message that is not marked yet. A dying deliverer loses its database first, so it marks nothing.
 */
export async function startRounds(databaseUrl: string, seed: number): Promise<Rounds> {
  const directory = await mkdtemp(join(tmpdir(), 'rounds-'));
  const [hook, slack, mail] = [await startReceiver(), await startReceiver(), await startMailReceiver()];
  const config = readConfig({
    ...{ DATA_DIR: directory, WORKSPACES_DIR: directory, RUNNER_TOKEN: 'a-token-for-tests-only' },
    ...{ TERRAFORM_RUNNER_URL: 'none', DATABASE_URL: databaseUrl },
    NOTIFICATION_HOSTS: `127.0.0.1:${hook.port},127.0.0.1:${slack.port}`,
    ...{ SMTP_URL: `smtp://127.0.0.1:${mail.port}`, SMTP_FROM: 'engine@example.org' },
  });
  const encryption = createEncryption(Buffer.alloc(32, 1));
  const logger = createLogger('error', 'rounds');
  logger.silent = true; // a deliverer that dies complains
  const open = async () => {
    const database = await openDatabase(config);
    const redactorOf = createAnswerRedactors({ config, database, encryption });
    return { config, logger, database, encryption, redactorOf } as unknown as Context;
  };
  const context = await open();
  const startDeliverer = async () => dying(await open());
  const world: World = { hook, slack, mail, context, random: seededRandom(seed), startDeliverer };
  let number = 0;
  return {
    async run() {
      number += 1;
      return new Round(world, `s${seed}r${number}`).run();
    },
    async [Symbol.asyncDispose]() {
      await context.database.close();
      for (const receiver of [hook, slack, mail]) await receiver[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function dying(context: Context): Promise<Dying> {
  const deliverer = new Deliverer(context);
  await deliverer.start();
  return {
    async kill() {
      const closed = context.database.close();
      await deliverer[Symbol.asyncDispose]();
      await closed;
    },
  };
}

class Round {
  readonly #world: World;
  readonly #name: string;
  readonly #query: Query;
  readonly #arrivals: { hook: Arrival[]; slack: Arrival[]; mail: Arrival[] } = {
    hook: [],
    slack: [],
    mail: [],
  };
  /** Changes of each project, in their order. */
  readonly #expected = new Map<string, string[]>();
  #deliverers: Dying[] = [];
  #mayHang = false;
  #isWell = false;
  /** Called when a receiver has a message: the moment for a deliverer to die. */
  #onArrival = () => {};

  constructor(world: World, name: string) {
    this.#world = world;
    this.#name = name;
    this.#query = world.context.database.query;
  }

  async run(): Promise<RoundFigures> {
    const { hook, slack, mail, random } = this.#world;
    this.#connect();
    await this.#insertTargets();
    await this.#start();
    try {
      for (let kill = 0; kill < killsPerRound; kill += 1) {
        this.#mayHang = true;
        const arrived = new Promise<void>((resolve) => {
          this.#onArrival = resolve;
        });
        await this.#work(2 * kill);
        if (random() < 0.5) await arrived;
        await this.#die();
        const dead = random() < 0.5 ? hook : slack;
        await dead.die();
        await this.#work(2 * kill + 1);
        await dead.listen();
      }
      this.#isWell = true;
      await this.#untilTold();
    } finally {
      await Promise.all(this.#deliverers.map((one) => one.kill()));
    }
    this.#arrivals.mail = mail.mails.map(({ text }) => readText(text.replaceAll('\r\n', '\n')));
    return judge(this.#name, this.#arrivals, this.#expected);
  }

  #connect(): void {
    const { hook, slack, mail, random } = this.#world;
    hook.answer = ({ headers, body: { type, data } }, response) => {
      const id = String(headers['webhook-id']);
      this.#arrivals.hook.push({ id, what: `${data.jobId} ${type}`, project: data.projectId });
      this.#behave(response);
    };
    slack.answer = ({ body }, response) => {
      this.#arrivals.slack.push(readText(body.text));
      this.#behave(response);
    };
    mail.mails.length = 0;
    mail.refuse = () => {
      this.#onArrival();
      const dice = this.#isWell ? 1 : random();
      if (dice < 0.1 && this.#mayHang) return 'hang';
      return dice < 0.2 ? 451 : dice < 0.3 ? 550 : undefined;
    };
  }

  #behave(response: ServerResponse): void {
    this.#onArrival();
    const dice = this.#isWell ? 1 : this.#world.random();
    if (dice < 0.15) response.writeHead(500).end();
    else if (dice < 0.3) response.destroy();
    else if (dice < 0.4 && this.#mayHang)
      return; // until the deliverer dies
    else if (dice < 0.5) setTimeout(() => response.end('ok'), 50);
    else response.end('ok');
  }

  async #insertTargets(): Promise<void> {
    const { hook, slack, context } = this.#world;
    const address = ({ port }: Receiver) => `http://127.0.0.1:${port}/`;
    const contents = {
      webhook: { url: address(hook), secret: 'whsec_c2VjcmV0' },
      slack: { url: address(slack), secret: '' },
      email: { url: '', secret: '', to: ['ada@example.org'] },
    };
    for (const kind of ['webhook', 'slack', 'email'] as const) {
      const target = { kind, name: kind, projects: `${this.#name}-*`, events, content: contents[kind] };
      await insertTarget(this.#query, context.encryption, enginePrincipal, target);
    }
  }

  async #start(): Promise<void> {
    const { startDeliverer } = this.#world;
    this.#deliverers = await Promise.all([startDeliverer(), startDeliverer()]);
  }

  async #die(): Promise<void> {
    await Promise.all(this.#deliverers.map((one) => one.kill()));
    this.#mayHang = false;
    this.#onArrival = () => {};
    await this.#hurry({ claimed_until: new Date(0) }); // what a minute does: the claims of the dead have run out
    await this.#start();
  }

  /** Lets what waits be tried at once. */
  async #hurry(more: { claimed_until?: Date } = {}): Promise<void> {
    const patch = { next_at: new Date(0), ...more };
    await this.#query.updateTable('outbox').set(patch).where('delivered_at', 'is', null).execute();
  }

  /** Changes jobs of two projects at the same time: the first one of them was worked on before. */
  async #work(place: number): Promise<void> {
    await Promise.all([place, place + 1].map((index) => this.#changeJobs(`${this.#name}-p${index}`)));
  }

  async #changeJobs(projectId: string): Promise<void> {
    await ensureProject(this.#query, projectId);
    const changes = this.#expected.get(projectId) ?? [];
    this.#expected.set(projectId, changes);
    for (let index = 0; index < jobsPerTurn; index += 1) {
      const job = { projectId, type: 'deploy', revision: 1, createdBy: enginePrincipal } as const;
      const { id: jobId } = await insertJob(this.#query, job);
      for (const name of courses[Math.floor(this.#world.random() * courses.length)] ?? []) {
        await this.#query.transaction().execute((trx) => transition(trx, { jobId }, name, 'It goes on.'));
        changes.push(`${jobId} ${told[name]}`);
      }
    }
  }

  async #untilTold(): Promise<void> {
    const isTold = async () => {
      const waiting = this.#query.selectFrom('outbox').select('id').where('delivered_at', 'is', null);
      const left = (await waiting.execute()).length;
      await this.#hurry();
      return left === 0;
    };
    await waitFor(`all of ${this.#name} to be told`, isTold, 30_000);
  }
}

function readText(text: string): Arrival {
  const [, project = '', done = ''] = /^The deploy of (\S+) (.*)\.$/m.exec(text) ?? [];
  const job = /^Job: (\S+)$/m.exec(text)?.[1];
  const id = /^Message: (\S+)$/m.exec(text)?.[1] ?? '';
  return { id, project, what: `${job} ${words[done]}` };
}

/** Throws if a message was lost, came before an earlier one of its project, or came under two ids. */
function judge(
  round: string,
  arrivals: Record<string, Arrival[]>,
  expected: Map<string, string[]>,
): RoundFigures {
  let [messages, all] = [0, 0];
  for (const [receiver, got] of Object.entries(arrivals))
    for (const [project, changes] of expected) {
      const here = got.filter((one) => one.project === project);
      const firsts = [...new Map(here.map(({ id, what }) => [id, what])).values()];
      if (JSON.stringify(firsts) !== JSON.stringify(changes))
        throw new Error(
          `${round}: ${receiver} got of ${project}:\n${firsts.join('\n')}\ninstead of:\n${changes.join('\n')}`,
        );
      messages += changes.length;
      all += here.length;
    }
  const changes = [...expected.values()].flat().length;
  return { changes, messages, arrivals: all, duplicates: all - messages };
}
