import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RunEvent } from '@deployment-engine/runner-api';
import { testUnless } from '../../scripts/jest/unless.ts';
import { type LocalAws, skipWithoutAws, startLocalAws } from '../../testing/local-aws.ts';
import { applied, sandboxed, startApply } from './support/attack.ts';
import { bootRunner, forkRunner, makeFolders } from './support/boot.ts';
import { processesIn } from './support/processes.ts';
import { waitUntil } from './support/wait-until.ts';

const skip = skipWithoutAws();
let aws: LocalAws;
beforeAll(async () => {
  if (!skip) aws = await startLocalAws();
});
afterAll(() => aws?.stop());

/** Code that requests an address; the provider requests nothing else. */
const asks = (url: string) => `
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "stolen"
  secret_key                  = "stolen"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  max_retries                 = 1
  endpoints { sts = "${url}" }
}
data "aws_caller_identity" "leak" {}
`;
const request = () => ({
  environment: { ...aws.env, AWS_MAX_ATTEMPTS: '1' },
  egressAllow: [new URL(aws.url).host],
});

testUnless(skip)(
  'the provider reaches what the operator named, and nothing else on this machine',
  async () => {
    for (const mode of ['off', 'bwrap']) {
      using folders = makeFolders();
      let asked = 0;
      const listener: Server = createServer((_request, response) => {
        asked += 1;
        response.writeHead(400).end();
      }).listen(0, '127.0.0.1');
      await once(listener, 'listening');
      await using runner = await bootRunner(folders, { sandbox: sandboxed(folders, { SANDBOX: mode }) });
      const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
      await assert.rejects(applied(runner.client, folders, asks(url), request())); // the plan fails either way
      listener.close();
      assert.equal(asked > 0, mode === 'off', `${asked} requests with SANDBOX=${mode}`);
    }
  },
);

testUnless(skip)('the metadata service is out of reach, and the log says what was denied', async () => {
  using folders = makeFolders();
  await using runner = await bootRunner(folders, { sandbox: sandboxed(folders) });
  const error = await applied(runner.client, folders, asks('http://169.254.169.254'), request()).then(
    () => assert.fail('it worked'),
    (refusal: Error) => refusal.message,
  );
  const line = 'egress denied: 169.254.169.254:80; an operator allows it with EGRESS_ALLOW';
  assert.equal(error.split(line).length - 1, 1, error);
});

testUnless(skip)('a sandboxed apply, its provider and its way out survive the runner', async () => {
  using folders = makeFolders();
  const code = `
provider "aws" {}
resource "aws_cloudwatch_log_group" "first" { name = "first" }
resource "terraform_data" "slow" {
  depends_on = [aws_cloudwatch_log_group.first]
  provisioner "local-exec" { command = "sleep 3" }
}
resource "aws_cloudwatch_log_group" "last" {
  name       = "last"
  depends_on = [terraform_data.slow]
}
`;
  await using first = await forkRunner(folders);
  const job = await startApply(first.client, folders, code, request());
  const isSlow = (event: RunEvent): event is RunEvent =>
    event.body.type === 'resource_started' && event.body.address === 'terraform_data.slow';
  await first.client.waitFor(job.applyId, isSlow);
  const before = egressOf(folders.root);
  expect(before.length).toBe(1);
  await first.end('SIGKILL');
  await using second = await forkRunner(folders);
  const events = await second.client.finished(job.applyId);
  expect(events.at(-1)?.body).toStrictEqual({ type: 'run_finished', outcome: { kind: 'succeeded' } });
  expect(await aws.call('logs', { target: 'Logs_20140328.DescribeLogGroups' })).toMatch(/"last"/);
  await waitUntil('its processes end with the job', () => egressOf(folders.root).length === 0);
  await second.end('SIGTERM');
  await waitUntil('no process is left', () => processesIn(folders.root).length === 0);
});

const egressOf = (folder: string) =>
  processesIn(folder).filter(({ commandLine }) => commandLine.includes('egress/main.ts'));
