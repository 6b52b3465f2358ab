import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicyFinding, PolicyMode, PolicyReport } from '@deployment-engine/contracts';
import { blastRadiusIds } from '../../policy/plan/blast-radius.ts';
import type { JobRow } from '../row.ts';
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
  assert.deepEqual(verdicts('deploy', null, nothing), []);
  assert.deepEqual(verdicts('deploy', nothing, nothing), []);
  assert.deepEqual(verdicts('deploy', null, report('pass', [finding('off')])), []);
});

for (const [mode, verdict] of [
  ['warn', 'warned'],
  ['approve', 'approval_required'],
  ['block', 'blocked'],
] as const)
  test(`a finding with mode ${mode} makes the gate say ${verdict}, in plan or code`, () => {
    const found = report(mode, [finding('warn'), finding(mode), finding('warn')]);
    assert.deepEqual(verdicts('deploy', null, found), [`policy ${verdict}`]);
    assert.deepEqual(verdicts('deploy', found, nothing), [`policy ${verdict}`]);
    assert.deepEqual(verdicts('rollback', found, nothing), [`policy ${verdict}`]);
  });

test('a destroy is judged by its plan alone', () => {
  assert.deepEqual(verdicts('destroy', report('block', [finding('block')]), nothing), []);
  assert.deepEqual(verdicts('destroy', null, report('block', [finding('block')])), ['policy blocked']);
});

for (const id of blastRadiusIds)
  test(`${id} is a limit and has a gate of its own`, () => {
    const decisions = policyDecisions(
      job('deploy'),
      null,
      report('block', [finding('block', id), finding('warn')]),
    );
    assert.deepEqual(
      decisions.map(({ gate, verdict }) => `${gate} ${verdict}`),
      ['blast_radius blocked', 'policy warned'],
    );
    assert.deepEqual(
      decisions.map(({ findings }) => findings.map((one) => one.id)),
      [[id], ['AWS-S3-001']],
    );
  });

test('what was left out of a truncated report still counts, as its verdict says', () => {
  for (const [verdict, expected] of [
    ['block', 'policy blocked'],
    ['approve', 'policy approval_required'],
  ] as const) {
    const truncated = report(verdict, [finding('warn')], true);
    assert.deepEqual(verdicts('deploy', null, truncated), [expected]);
    assert.deepEqual(verdicts('deploy', truncated, nothing), [expected]);
    assert.deepEqual(verdicts('destroy', null, truncated), [expected]);
  }
  assert.deepEqual(verdicts('deploy', null, report('block', [finding('warn')])), ['policy warned']);
});

test('a truncated report makes no finding milder than it is', () => {
  assert.deepEqual(verdicts('deploy', null, report('warn', [finding('block')], true)), ['policy blocked']);
});

test('a decision names the findings that decide, their number, and where to read them all', () => {
  const found = report('block', [finding('warn'), finding('block'), finding('block', 'AWS-S3-002')]);
  const [decision] = policyDecisions(job('deploy'), null, found);
  assert.equal(decision?.reason, 'policy_denied');
  assert.deepEqual(
    decision?.findings.map(({ id }) => id),
    ['AWS-S3-001', 'AWS-S3-002'],
  );
  assert.match(decision?.message ?? '', /^policy: 2 findings that must not be applied: AWS-S3-001/);
  const [single] = policyDecisions(job('deploy'), null, report('warn', [finding('warn')]));
  assert.match(single?.message ?? '', /^policy: 1 finding to look at: /);
  const many = Array.from({ length: 5 }, () => finding('approve'));
  const [approval] = policyDecisions(job('deploy'), null, report('approve', many));
  assert.match(
    approval?.message ?? '',
    /5 findings to approve: .*GET \/api\/deploy\/jobs\/deploy-.*\/policy/,
  );
});
