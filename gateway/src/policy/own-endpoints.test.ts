import assert from 'node:assert/strict';
import { preflight } from '@deployment-engine/policy';
import { effectiveSettings } from './effective-settings.ts';
import { builtInOperatorPolicy } from './operator-policy.ts';
import { allowOwnEndpoints } from './own-endpoints.ts';

const findings = (endpoint: string, cloudEnvironment: Record<string, string>) => {
  const code = `provider "aws" {\n  region = "us-east-1"\n  endpoints {\n    s3 = "${endpoint}"\n  }\n}\n`;
  const policy = allowOwnEndpoints(builtInOperatorPolicy, cloudEnvironment);
  const files = new Map([['main.tf', Buffer.from(code)]]);
  return preflight(files, effectiveSettings(policy, 'p', null)).findings.map(({ id }) => id);
};

test("code may use the endpoint in the operator's settings, and no other", () => {
  const local = { AWS_ENDPOINT_URL: 'http://localhost:5000' };
  for (const same of ['http://localhost:5000', 'http://localhost:5000/', 'http://127.0.0.1:5000'])
    assert.deepEqual(findings(same, local), [], same);
  for (const other of [
    'http://localhost:5001',
    'http://evil/?=http://localhost:5000',
    'http://localhost:5000.evil',
  ])
    assert.deepEqual(findings(other, local), ['PRE-PROVIDER-ARGUMENT'], other);
  expect(findings('http://localhost:5000', {})).toStrictEqual(['PRE-PROVIDER-ARGUMENT']);
  expect(findings('http://evil', { AWS_ENDPOINT_URL: 'http://*' })).toStrictEqual(['PRE-PROVIDER-ARGUMENT']);
});
