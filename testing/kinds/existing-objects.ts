import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalAws } from '../local-aws.ts';

const codeOfFunctions = join(import.meta.dirname, '../stacks/a_apigw_lambda_ddb/lambda.zip');

/** Creates what the tests of kinds name and do not create: a network, and the code of functions. Returns the VPC's id. */
export async function createExisting(aws: LocalAws): Promise<string> {
  await put(aws, 'functions-of-test');
  await put(aws, 'functions-of-test/app.zip', readFileSync(codeOfFunctions));
  const vpcId = await create(aws, 'CreateVpc&CidrBlock=10.30.0.0/16', /vpc-[0-9a-f]{8,}/);
  await create(aws, `CreateSubnet&CidrBlock=10.30.1.0/24&VpcId=${vpcId}`, /subnet-[0-9a-f]{8,}/);
  return vpcId;
}

async function create(aws: LocalAws, action: string, id: RegExp): Promise<string> {
  const answer = await aws.call('ec2', { query: `Action=${action}&Version=2016-11-15` });
  const found = id.exec(answer)?.[0];
  if (!found) throw new Error(`creating a network: ${answer.slice(0, 500)}`);
  return found;
}

async function put(
  { url }: LocalAws,
  path: string,
  body: Uint8Array<ArrayBuffer> | null = null,
): Promise<void> {
  const authorization =
    'AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00';
  const answer = await fetch(`${url}/${path}`, { method: 'PUT', headers: { authorization }, body });
  if (!answer.ok) throw new Error(`creating ${path}: ${await answer.text()}`);
}
