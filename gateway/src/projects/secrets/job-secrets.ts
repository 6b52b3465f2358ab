import type { TerraformPlan, TerraformState } from '@deployment-engine/terraform-code';
import type { Context } from '../../context.ts';
import type { JobRow } from '../../server/database/job-row.ts';
import { readPlanJson } from '../plans/store.ts';
import { environmentSecrets, leaves, planSecrets, stateSecrets } from '../redaction/known-secrets.ts';
import { Redactor } from '../redaction/redactor.ts';
import {
  findRevision,
  readRevisionFiles,
  readRevisionVariables,
  type Variables,
} from '../revisions/store.ts';
import { readNewestState } from '../states/store.ts';
import { federatedCredentials } from './cloud-accounts/federation.ts';
import { codeTexts } from './code-needs.ts';
import { type DeclaredVariables, declaredVariables } from './declared-variables.ts';
import { runEnvironment } from './run-environment.ts';
import { type ProjectSecrets, projectValues, readSecrets } from './store.ts';
import { assumeRole, type TemporaryCredentials, WebIdentityError } from './web-identity/assume-role.ts';
import { subjectOf } from './web-identity/token.ts';

/** Credentials that expire sooner than this are renewed before a run. */
const renewBeforeMs = 15 * 60_000;

type JobIdentity = Pick<JobRow, 'id' | 'project_id' | 'revision' | 'plan_digest'>;

/** Variables and credentials of one job's runs, and the values to redact. Belongs to one worker; never stored. */
export class JobSecrets {
  readonly #context: Context;
  readonly #job: JobIdentity;
  #known: Promise<Known> | undefined;
  #temporary: TemporaryCredentials | undefined;
  readonly #learned = new Set<string>();
  #learnedSince = false;
  #cached: Redactor | undefined;

  constructor(context: Context, job: JobIdentity) {
    this.#context = context;
    this.#job = job;
  }

  /** Returns the job's code and input variables. The project's secret variables override the revision's. */
  async code(): Promise<{ revisionDigest: string; variables: Variables }> {
    const { revisionDigest, variables, project, declared } = await this.#read();
    const secret = Object.entries(project.variables).filter(([name]) => declared.declares(name));
    return { revisionDigest, variables: { ...variables, ...Object.fromEntries(secret) } };
  }

  /**
   * Returns a run's credentials and settings for the clouds that its code or state names. Throws `WebIdentityError` if
   * the role of the project or its cloud account can't be assumed, or the account is of another cloud than the deployment.
   */
  async environment(): Promise<Record<string, string>> {
    const { project, texts } = await this.#read();
    const { config, database, encryption } = this.#context;
    const stateText = async () =>
      (await readNewestState(database.query, encryption, this.#job.project_id))?.raw.toString() ?? '';
    return runEnvironment({
      operator: config.cloudEnvironment,
      project,
      texts,
      stateText,
      assume: () => this.#assume(),
    });
  }

  /** Returns a redactor for all secrets known so far. */
  async redactor(): Promise<Redactor> {
    const { project, sensitive } = await this.#read();
    this.#cached ??= new Redactor([
      ...environmentSecrets(this.#context.config.cloudEnvironment),
      ...projectValues(project),
      ...environmentSecrets(this.#temporary?.environment ?? {}),
      ...leaves(sensitive),
      ...this.#learned,
    ]);
    return this.#cached;
  }

  /** Adds the values that a state marks as sensitive. */
  learnState(state: TerraformState): void {
    this.#add(stateSecrets(state));
  }

  /** Adds the values that a plan marks as sensitive. */
  learnPlan(plan: TerraformPlan): void {
    this.#add(planSecrets(plan));
  }

  /** Whether new secrets were learned since the last call. */
  hasLearned(): boolean {
    const has = this.#learnedSince;
    this.#learnedSince = false;
    return has;
  }

  #add(values: string[]): void {
    const fresh = values.filter((value) => !this.#learned.has(value));
    if (fresh.length === 0) return;
    for (const value of fresh) this.#learned.add(value);
    this.#cached = undefined;
    this.#learnedSince = true;
  }

  async #assume(): Promise<Record<string, string>> {
    const expires = this.#temporary?.expiresAt.getTime() ?? 0;
    if (expires - Date.now() < renewBeforeMs) {
      if (this.#temporary) this.#add(environmentSecrets(this.#temporary.environment)); // the replaced ones stay secret
      this.#temporary = await this.#exchange();
      this.#cached = undefined;
    }
    return this.#temporary?.environment ?? {};
  }

  /** Exchanges a token for credentials of the deployment's cloud account or, without one, of the project's role. */
  async #exchange(): Promise<TemporaryCredentials | undefined> {
    const { account, webIdentity } = (await this.#read()).project;
    const job = { id: this.#job.id, projectId: this.#job.project_id };
    if (account) {
      if (account.provider !== account.wanted)
        throw new WebIdentityError(
          `reading the cloud account ${account.id}: it has credentials of ${account.provider}, and the deployment is for ${account.wanted}; store credentials of ${account.wanted} under this id`,
        );
      return federatedCredentials(this.#context, account, job);
    }
    const subject = subjectOf(job.projectId);
    return webIdentity ? assumeRole(this.#context, webIdentity, { ...job, subject }) : undefined;
  }

  #read(): Promise<Known> {
    this.#known ??= this.#load().catch((error) => {
      this.#known = undefined;
      throw error;
    });
    return this.#known;
  }

  async #load(): Promise<Known> {
    const { encryption, database } = this.#context;
    const { id, project_id: projectId, revision: number, plan_digest: planDigest } = this.#job;
    const revision = await findRevision(database.query, projectId, number ?? 0);
    if (!revision) throw new Error(`working on job ${id}: revision ${number} is missing`);
    const [project, variables, files] = await Promise.all([
      readSecrets(database.query, encryption, projectId),
      readRevisionVariables(database.query, encryption, projectId, revision.number),
      readRevisionFiles(database.query, revision.digest),
    ]);
    const texts = codeTexts(files);
    const declared = declaredVariables(files);
    const sensitive = Object.entries(variables).filter(([name]) => declared.isSensitive(name));
    if (planDigest) this.learnPlan(await readPlanJson(database.query, encryption, id));
    return {
      revisionDigest: revision.digest,
      variables,
      project,
      texts,
      declared,
      sensitive: sensitive.map(([, value]) => value),
    };
  }
}

type Known = {
  revisionDigest: string;
  variables: Variables;
  project: ProjectSecrets;
  /** The project's Terraform code. */
  texts: string[];
  declared: DeclaredVariables;
  /** Values of the request's variables that the code marks as sensitive. */
  sensitive: unknown[];
};
