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

test('the address, the file and the subject of a finding are redacted, also of an allowed one', () => {
  const [finding] = report.findings;
  const secret = {
    ...{ ...finding, address: 'aws_iam_user.hunter22', file: 'hunter22.tf', subject: 'role hunter22' },
    allowedBy: { who: 'w', why: 'y' },
  };
  const redacted = redactReport(
    { ...report, findings: [secret], allowed: [secret] } as unknown as PolicyReport,
    new Redactor(['hunter22']),
  );
  for (const { address, file, subject, message } of [...redacted.findings, ...redacted.allowed])
    expect([address, file, subject, message]).toStrictEqual([
      'aws_iam_user.(redacted)',
      '(redacted).tf',
      'role (redacted)',
      'a provisioner with (redacted)',
    ]);
  expect(redacted.allowed).toHaveLength(1);
});

test('a finding without an address, file and subject has none after the redaction', () => {
  const nowhere = report.findings.map((finding) => ({
    ...finding,
    address: null,
    file: null,
    subject: null,
  }));
  const redacted = redactReport({ ...report, findings: nowhere }, new Redactor(['null']));
  expect(redacted.findings).toMatchObject([{ address: null, file: null, subject: null }]);
});
