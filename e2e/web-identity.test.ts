import assert from 'node:assert/strict';
import { describeUnless } from '../scripts/jest/unless.ts';
import { createClient } from '../testing/client.ts';
import { Engine } from '../testing/engine.ts';
import { type LocalAws, skipWithoutAws, startLocalAws } from '../testing/local-aws.ts';
import { startTokenService, type TokenService } from '../testing/token-service.ts';

const issuer = 'https://engine.example.org';
const roleArn = 'arn:aws:iam::123456789012:role/shop-deploys';
const iacCode = `
provider "aws" {
  region = "us-east-1"
}
resource "aws_ssm_parameter" "p" {
  name  = "/shop/word"
  type  = "String"
  value = "by-the-role"
}
`;

describeUnless(skipWithoutAws())('a project with a role by web identity', () => {
  let aws: LocalAws;
  let service: TokenService;
  let engine: Engine;
  let client: ReturnType<typeof createClient>;
  beforeAll(async () => {
    aws = await startLocalAws();
    const trust = { roleArn, issuer, audience: 'sts.amazonaws.com', subject: 'project:shop' };
    service = await startTokenService(aws.url, trust);
    const operator = { ...aws.env, AWS_ENDPOINT_URL: service.url };
    engine = await Engine.start({ gatewayEnv: { ...operator, OIDC_ISSUER_URL: issuer } });
    client = createClient(engine.url);
    service.readKeysAt(`${engine.url}/.well-known/jwks.json`);
    for (const projectId of ['shop', 'intruder'])
      await client.request('PUT', `/api/deploy/secrets/${projectId}/credentials`, {
        webIdentity: { roleArn },
      });
  });
  afterAll(async () => {
    await engine?.[Symbol.asyncDispose]();
    await service?.stop();
    await aws?.stop();
  });

  const parameters = () => aws.call('ssm', { target: 'AmazonSSM.DescribeParameters' });
  const deploy = async (projectId: string) =>
    client.finished((await client.post('/api/deploy', { projectId, iacCode })).body.jobId);

  test('deploys and destroys with the credentials that its token was exchanged for', async () => {
    const job = await deploy('shop');
    assert.equal(job.status, 'completed', `${job.error} ${service.refused.join()}`);
    expect(await parameters()).toMatch(/"\/shop\/word"/);
    expect(service.signed).toContain('AmazonSSM.PutParameter');
    const inDeploy = service.granted.length;
    await client.complete('/api/deploy/destroy', { projectId: 'shop' });
    expect(await parameters()).not.toMatch(/"\/shop\/word"/);
    expect(service.signed).toContain('AmazonSSM.DeleteParameter');
    expect(service.granted.length).toBeGreaterThan(inDeploy);
    expect(new Set(service.granted)).toStrictEqual(new Set(['project:shop']));
    expect(service.refused).toStrictEqual([]);
  });

  test('fails with the reason if the trust policy names another subject, and calls no cloud', async () => {
    const before = service.signed.length;
    const job = await deploy('intruder');
    expect([job.status, job.failure?.step, job.failure?.reason]).toStrictEqual([
      'failed',
      'prepare',
      'credentials_refused',
    ]);
    expect(job.error).toContain(`assuming the role ${roleArn} for project intruder: AccessDenied`);
    expect(job.error).toContain('does its trust policy name this issuer and the subject project:intruder?');
    expect(service.refused.at(-1)).toMatch(/unexpected "sub" claim value/);
    expect(service.signed.length).toBe(before);
  });
});
