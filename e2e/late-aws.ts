import assert from 'node:assert/strict';
import { type Client, createClient } from '../testing/client.ts';
import { Engine } from '../testing/engine.ts';
import { type LocalAws, startLocalAws } from '../testing/local-aws.ts';
import { waitFor } from '../testing/wait.ts';
import {
  findProcesses,
  findProxies,
  providerProgram,
  signalAll,
  terraformProgram,
} from './chaos/processes.ts';
import { type SlowAws, startSlowAws } from './chaos/slow-aws.ts';

/** Delays every call, so that creates are in flight whenever a test looks. */
export const late = { delayMs: 1500, loseAnswers: 0, breakBefore: 0 };
export const prompt = { delayMs: 0, loseAnswers: 0, breakBefore: 0 };

export const awsProvider = `
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}
provider "aws" {
  region = "us-east-1"
}
`;

/** Code of security groups whose names only the cloud knows. */
export const manyGroups = (prefix: string, count: number) => `${awsProvider}
resource "aws_security_group" "g" {
  count       = ${count}
  name_prefix = "${prefix}-"
}
`;

/** An engine whose runs use a local AWS that answers as late as a test asks. */
export class LateAws implements AsyncDisposable {
  readonly aws: LocalAws;
  readonly slow: SlowAws;
  readonly engine: Engine;
  readonly client: Client;

  private constructor(aws: LocalAws, slow: SlowAws, engine: Engine) {
    this.aws = aws;
    this.slow = slow;
    this.engine = engine;
    this.client = createClient(engine.url);
  }

  static async start(): Promise<LateAws> {
    const aws = await startLocalAws();
    const slow = await startSlowAws(aws.url, () => 1);
    const gatewayEnv = { ...aws.env, AWS_ENDPOINT_URL: slow.url, ORPHAN_ABSENCE_SECONDS: '0' };
    return new LateAws(aws, slow, await Engine.start({ gatewayEnv }));
  }

  /**
   * Starts a deploy and waits until some resources are finished and others in flight. Terraform makes ten at
   * once: code of more than ten has others left whenever the first is finished.
   */
  async applying(projectId: string, iacCode: string, finished: number): Promise<string> {
    this.slow.setFaults(late);
    const { body } = await this.client.post('/api/deploy', { projectId, iacCode });
    await waitFor('resources in flight', async () => {
      const { body: job } = await this.client.get(`/api/deploy/status/${body.jobId}`);
      assert.equal(job.endTime, null, job.error);
      return job.step === 'apply' && job.resources.finished >= finished;
    });
    return body.jobId;
  }

  /** Ids of the security groups in the cloud whose name begins so. */
  async groups(prefix: string): Promise<string[]> {
    const text = await this.aws.call('ec2', { query: 'Action=DescribeSecurityGroups&Version=2016-11-15' });
    const items = text.split(/(?=<groupId>sg-)/).slice(1);
    return items
      .filter((item) => item.includes(`<groupName>${prefix}`))
      .map((item) => /<groupId>([^<]+)/.exec(item)?.[1] ?? '')
      .toSorted();
  }

  /** Kills Terraform, its providers and their proxies at once, so that nobody learns what the cloud has made. */
  killRuns(): void {
    const folders = [this.engine.directory];
    signalAll(
      [
        ...findProxies(folders),
        ...findProcesses(folders, terraformProgram),
        ...findProcesses(folders, providerProgram),
      ],
      'SIGKILL',
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine[Symbol.asyncDispose]();
    await this.slow.stop();
    await this.aws.stop();
  }
}
