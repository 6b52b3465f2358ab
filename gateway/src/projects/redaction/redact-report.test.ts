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

test('secrets in the texts of a report are redacted', () => {
  const [finding] = redactReport(report, new Redactor(['hunter22'])).findings;
  expect(finding?.message).toBe('a provisioner with (redacted)');
  expect(finding?.howToAllow).toBe('Allow (redacted).');
});

test('a secret whose value equals a verdict does not change the verdict', () => {
  const words = ['block', 'critical', 'PRE-PROVISIONER', 'approve', 'warn', 'pass'];
  const redacted = redactReport(report, new Redactor(words));
  expect(redacted.verdict).toBe('block');
  expect(redacted.findings.map(({ id, mode, severity }) => [id, mode, severity])).toStrictEqual([
    ['PRE-PROVISIONER', 'block', 'critical'],
  ]);
});
