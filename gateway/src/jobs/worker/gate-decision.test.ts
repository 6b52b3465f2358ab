import type { PolicyFinding, PolicyMode, PolicyReport } from '@deployment-engine/contracts';
import { blastRadiusIds } from '@deployment-engine/policy';
import type { JobRow } from '../../server/database/job-row.ts';
import { policyDecisions } from './gate-decision.ts';

const job = (type: JobRow['type']) => ({ id: `${type}-1700000000000-abcdef`, type }) as JobRow;
const finding = (mode: PolicyMode, id = 'AWS-S3-001') =>
  ({ id, mode, message: `${id} ${mode}`, remediation: '', howToAllow: '' }) as PolicyFinding;
const report = (verdict: PolicyReport['verdict'], findings: PolicyFinding[], truncated = false) => ({
  verdict,
  findings,
  allowed: [],
  truncated,
});
const nothing = report('pass', []);
const verdicts = (type: JobRow['type'], code: PolicyReport | null, plan: PolicyReport) =>
  policyDecisions(job(type), code, plan).map(({ gate, verdict }) => `${gate} ${verdict}`);

test('a report without findings gives no decision', () => {
  expect(verdicts('deploy', null, nothing)).toStrictEqual([]);
  expect(verdicts('deploy', nothing, nothing)).toStrictEqual([]);
  expect(verdicts('deploy', null, report('pass', [finding('off')]))).toStrictEqual([]);
});

for (const [mode, verdict] of [
  ['warn', 'warned'],
  ['approve', 'approval_required'],
  ['block', 'blocked'],
] as const)
  test(`a finding with mode ${mode} in plan or code gives the verdict ${verdict}`, () => {
    const found = report(mode, [finding('warn'), finding(mode), finding('warn')]);
    expect(verdicts('deploy', null, found)).toStrictEqual([`policy ${verdict}`]);
    expect(verdicts('deploy', found, nothing)).toStrictEqual([`policy ${verdict}`]);
    expect(verdicts('rollback', found, nothing)).toStrictEqual([`policy ${verdict}`]);
  });

test('for a destroy only the plan counts', () => {
  expect(verdicts('destroy', report('block', [finding('block')]), nothing)).toStrictEqual([]);
  expect(verdicts('destroy', null, report('block', [finding('block')]))).toStrictEqual(['policy blocked']);
});

for (const id of blastRadiusIds)
  test(`${id} is a limit and has its own gate`, () => {
    const decisions = policyDecisions(
      job('deploy'),
      null,
      report('block', [finding('block', id), finding('warn')]),
    );
    expect(decisions.map(({ gate, verdict }) => `${gate} ${verdict}`)).toStrictEqual([
      'blast_radius blocked',
      'policy warned',
    ]);
    expect(decisions.map(({ findings }) => findings.map((one) => one.id))).toStrictEqual([
      [id],
      ['AWS-S3-001'],
    ]);
  });

test('the verdict of a truncated report counts, even if its findings are milder', () => {
  for (const [verdict, expected] of [
    ['block', 'policy blocked'],
    ['approve', 'policy approval_required'],
  ] as const) {
    const truncated = report(verdict, [finding('warn')], true);
    expect(verdicts('deploy', null, truncated)).toStrictEqual([expected]);
    expect(verdicts('deploy', truncated, nothing)).toStrictEqual([expected]);
    expect(verdicts('destroy', null, truncated)).toStrictEqual([expected]);
  }
  expect(verdicts('deploy', null, report('block', [finding('warn')]))).toStrictEqual(['policy warned']);
});

test('a finding counts in full even if the verdict of its truncated report is milder', () => {
  expect(verdicts('deploy', null, report('warn', [finding('block')], true))).toStrictEqual([
    'policy blocked',
  ]);
});

test('a decision names the decisive findings, their number, and where to read all of them', () => {
  const found = report('block', [finding('warn'), finding('block'), finding('block', 'AWS-S3-002')]);
  const [decision] = policyDecisions(job('deploy'), null, found);
  expect(decision?.reason).toBe('policy_denied');
  expect(decision?.findings.map(({ id }) => id)).toStrictEqual(['AWS-S3-001', 'AWS-S3-002']);
  expect(decision?.message ?? '').toMatch(/^policy: 2 findings that must not be applied: AWS-S3-001/);
  const [single] = policyDecisions(job('deploy'), null, report('warn', [finding('warn')]));
  expect(single?.message ?? '').toMatch(/^policy: 1 finding to look at: /);
  const many = Array.from({ length: 5 }, () => finding('approve'));
  const [approval] = policyDecisions(job('deploy'), null, report('approve', many));
  expect(approval?.message ?? '').toMatch(
    /5 findings to approve: .*GET \/api\/deploy\/jobs\/deploy-.*\/policy/,
  );
});
