import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicyReport } from '@deployment-engine/contracts';
import { redactReport } from './redact-report.ts';
import { Redactor } from './redactor.ts';

const report: PolicyReport = {
  verdict: 'block',
  findings: [
    {
      id: 'PRE-PROVISIONER',
      severity: 'critical',
      mode: 'block',
      address: 'terraform_data.block',
      file: 'main.tf',
      column: 1,
      line: 3,
      pending: false,
      subject: 'local-exec',
      message: 'a provisioner with hunter22',
      remediation: 'Use something else.',
      howToAllow: 'Allow hunter22.',
      frameworks: {},
    },
  ],
  allowed: [],
  truncated: false,
};

test('secrets leave the texts of a report', () => {
  const [finding] = redactReport(report, new Redactor(['hunter22'])).findings;
  assert.equal(finding?.message, 'a provisioner with (redacted)');
  assert.equal(finding?.howToAllow, 'Allow (redacted).');
});

test('a secret that is called like a verdict changes no verdict', () => {
  const words = ['block', 'critical', 'PRE-PROVISIONER', 'approve', 'warn', 'pass'];
  const redacted = redactReport(report, new Redactor(words));
  assert.equal(redacted.verdict, 'block');
  assert.deepEqual(
    redacted.findings.map(({ id, mode, severity }) => [id, mode, severity]),
    [['PRE-PROVISIONER', 'block', 'critical']],
  );
});
