import { type PolicyReport, projectPolicySettingsSchema } from '@deployment-engine/contracts';
import { evaluatePlan } from './evaluate-plan.ts';
import { planOf } from './plan-fixture.ts';
import { type FindingDraft, mergeReports, ReportBuilder } from './report-builder.ts';
import type { PolicySettings } from './settings.ts';

test('of too many findings the strictest are reported', () => {
  const volumes = Array.from({ length: 600 }, (_, index) => ({ address: `aws_ebs_volume.v[${index}]` }));
  const plan = planOf([...volumes, { address: 'aws_iam_access_key.k' }]);
  const report = evaluatePlan(plan, projectPolicySettingsSchema.parse({ modes: { 'AWS-IAM-003': 'block' } }));
  expect([report.verdict, report.findings.length, report.truncated]).toStrictEqual(['block', 500, true]);
  expect(report.findings[0]?.id).toBe('AWS-IAM-003');
});

const owner = { who: 'ada', why: 'reviewed' };
const now = Date.parse('2026-01-02T00:00:00Z');
const longText = 's'.repeat(300);

function draft(more: Partial<FindingDraft> = {}): FindingDraft {
  const common = { id: 'R-1', severity: 'high', defaultMode: 'block', allowable: true } as const;
  return { ...common, message: 'a message', remediation: 'a remedy', ...more };
}

function reportOf(drafts: FindingDraft[], settings: object = {}, operator: Partial<PolicySettings> = {}) {
  const builder = new ReportBuilder({ ...projectPolicySettingsSchema.parse(settings), ...operator }, now);
  for (const one of drafts) builder.add(one);
  return builder.build();
}

function exempted(one: FindingDraft, exemption: object): boolean {
  const { verdict, findings, allowed } = reportOf([one], {
    exemptions: [{ id: 'R-1', ...owner, ...exemption }],
  });
  expect([verdict, findings.length, allowed.length]).toStrictEqual(
    verdict === 'pass' ? ['pass', 0, 1] : ['block', 1, 0],
  );
  return verdict === 'pass';
}

describe('an exemption', () => {
  test.each([
    ['without an end', {}, true],
    ['that ends later', { expiresAt: '2026-01-02T00:00:00.001Z' }, true],
    ['that ends now', { expiresAt: '2026-01-02T00:00:00.000Z' }, false],
    ['that has ended', { expiresAt: '2026-01-01T00:00:00Z' }, false],
  ])('%s', (_, exemption, expected) => {
    expect(exempted(draft(), exemption)).toBe(expected);
  });

  test.each(['subject', 'address', 'file'])('for one %s applies to that one only', (place) => {
    expect(exempted(draft({ [place]: 'a/b' }), { [place]: 'a/b' })).toBe(true);
    expect(exempted(draft({ [place]: 'a/b' }), { [place]: 'a/*' })).toBe(true);
    expect(exempted(draft({ [place]: 'a/c' }), { [place]: 'a/b' })).toBe(false);
    expect(exempted(draft({ [place]: null }), { [place]: '*' })).toBe(false);
    expect(exempted(draft(), { [place]: '*' })).toBe(false);
  });

  test('with several places applies only where all of them fit', () => {
    const exemption = { subject: 's', address: 'a', file: 'f' };
    expect(exempted(draft(exemption), exemption)).toBe(true);
    for (const place of ['subject', 'address', 'file'])
      expect(exempted(draft({ ...exemption, [place]: 'other' }), exemption)).toBe(false);
  });

  test('for another rule does not apply', () => {
    expect(exempted(draft({ id: 'R-2' }), {})).toBe(false);
  });

  test('has no effect on a finding that nobody can allow', () => {
    expect(exempted(draft({ allowable: false }), {})).toBe(false);
  });

  test('is found behind those that do not apply, and is named with its owner and reason', () => {
    const exemptions = [
      { id: 'R-1', who: 'bob', why: 'elsewhere', address: 'other' },
      { id: 'R-1', ...owner, address: 'here' },
    ];
    const { allowed } = reportOf([draft({ address: 'here' })], { exemptions });
    expect(allowed).toMatchObject([{ id: 'R-1', address: 'here', mode: 'block', allowedBy: owner }]);
  });

  test('for one finding leaves the verdict to the others', () => {
    const exemptions = [{ id: 'R-1', ...owner, address: 'a' }];
    const drafts = [draft({ address: 'a' }), draft({ address: 'b', defaultMode: 'warn' })];
    expect(reportOf(drafts, { exemptions }).verdict).toBe('warn');
  });

  test('for a text does not let a longer text pass that only starts the same', () => {
    const exemptions = [{ id: 'R-1', ...owner, subject: longText }];
    const drafts = [draft({ subject: longText }), draft({ subject: `${longText}!` })];
    expect(reportOf(drafts, { exemptions }).verdict).toBe('block');
  });
});

describe('a mode', () => {
  test.each(['warn', 'approve', 'block'])('%s of the project is the verdict', (mode) => {
    const { verdict, findings } = reportOf([draft()], { modes: { 'R-1': mode } });
    expect([verdict, findings[0]?.mode]).toStrictEqual([mode, mode]);
  });

  test('off leaves nothing to report', () => {
    const expected = { verdict: 'pass', findings: [], allowed: [], truncated: false };
    expect(reportOf([draft()], { modes: { 'R-1': 'off' } })).toStrictEqual(expected);
  });

  test('off has no effect on a finding that nobody can allow', () => {
    expect(reportOf([draft({ allowable: false })], { modes: { 'R-1': 'off' } }).verdict).toBe('block');
  });

  test.each([
    [['warn', 'approve', 'block'], 'block'],
    [['block', 'approve', 'warn'], 'block'],
    [['warn', 'approve'], 'approve'],
    [['approve', 'warn'], 'approve'],
    [['warn', 'warn'], 'warn'],
    [[], 'pass'],
  ] as const)('of several, %j, the strictest is the verdict: %s', (modes, verdict) => {
    const drafts = modes.map((defaultMode, index) => draft({ defaultMode, address: `a${index}` }));
    expect(reportOf(drafts).verdict).toBe(verdict);
  });
});

describe('a report', () => {
  test('lists the strictest findings first, then the most severe', () => {
    const drafts = (['warn', 'block', 'approve'] as const).flatMap((defaultMode) =>
      (['medium', 'low', 'critical', 'high'] as const).map((severity) =>
        draft({ defaultMode, severity, address: `${defaultMode} ${severity}` }),
      ),
    );
    const order = ['block', 'approve', 'warn'].flatMap((mode) =>
      ['critical', 'high', 'medium', 'low'].map((severity) => `${mode} ${severity}`),
    );
    expect(reportOf(drafts).findings.map(({ address }) => address)).toStrictEqual(order);
  });

  test.each([
    ['id', 'R-2'],
    ['address', 'other'],
    ['file', 'other'],
    ['line', 2],
    ['subject', 'other'],
  ])('lists a finding once, and again with another %s', (place, other) => {
    const one = draft({ address: 'a', file: 'f', line: 1, subject: 's' });
    expect(reportOf([one, { ...one, message: 'again' }]).findings.length).toBe(1);
    expect(reportOf([one, { ...one, [place]: other }]).findings.length).toBe(2);
  });

  test('lists texts once that are equal in all that is shown of them', () => {
    const list = ['a', 'b'].map((end) => draft({ subject: `${longText}${end}` }));
    expect(reportOf(list).findings.map(({ subject }) => subject)).toStrictEqual([`${longText}…`]);
    expect(reportOf([draft({ subject: longText })]).findings[0]?.subject).toBe(longText);
  });

  test.each([
    [500, 'findings', []],
    [500, 'allowed', [{ id: 'R-1', ...owner }]],
  ] as const)('is complete with %d %s and truncated with one more', (limit, list, exemptions) => {
    const many = Array.from({ length: limit + 1 }, (_, index) => draft({ address: `a${index}` }));
    const [full, more] = [reportOf(many.slice(1), { exemptions }), reportOf(many, { exemptions })];
    expect([full[list].length, full.truncated]).toStrictEqual([limit, false]);
    expect([more[list].length, more.truncated]).toStrictEqual([limit, true]);
  });

  test('has at most 500 findings of all modes, and 500 that are allowed', () => {
    const many = (['warn', 'block'] as const).flatMap((defaultMode) =>
      Array.from({ length: 300 }, (_, index) => draft({ defaultMode, address: `${defaultMode}${index}` })),
    );
    const report = reportOf(many);
    expect([report.findings.length, report.truncated]).toStrictEqual([500, true]);
    expect(report.findings.filter(({ mode }) => mode === 'block').length).toBe(300);
    expect(reportOf(many, { exemptions: [{ id: 'R-1', ...owner }] }).allowed.length).toBe(500);
  });

  test('counts a finding in its verdict that it has no room for', () => {
    const many = Array.from({ length: 500 }, (_, index) => draft({ address: `a${index}` }));
    const exemptions = [{ id: 'R-1', ...owner, address: 'a*' }];
    const { verdict, truncated } = reportOf([...many, draft({ address: 'b' })], { exemptions });
    expect([verdict, truncated]).toStrictEqual(['block', true]);
  });
});

describe('a finding', () => {
  test('has null for all places that it does not have', () => {
    const [finding] = reportOf([draft()]).findings;
    const nowhere = { subject: null, address: null, file: null, line: null, column: null };
    expect(finding).toMatchObject({ ...nowhere, pending: false, frameworks: {}, message: 'a message' });
    expect(finding).not.toHaveProperty('invalid');
    expect(finding?.remediation).toBe('a remedy');
  });

  test('keeps its places, frameworks, what is pending and what is invalid', () => {
    const places = { subject: 's', address: 'a', file: 'f', line: 1, column: 2 };
    const more = { pending: true, frameworks: { cis: ['1.1'] }, invalid: 'syntax' as const };
    expect(reportOf([draft({ ...places, ...more })]).findings[0]).toMatchObject({ ...places, ...more });
  });

  test('says who can allow it', () => {
    const textOf = (more: Partial<FindingDraft>, operator = {}) =>
      reportOf([draft(more)], {}, operator).findings[0]?.howToAllow;
    expect(textOf({})).toMatch(/^An admin sends /);
    expect(textOf({ allowable: false })).toMatch(/^Nobody can allow this/);
    expect(textOf({ alsoNeeded: 'a shell' })).toMatch(/It also needs a shell\.$/);
    expect(textOf({}, { minimumModes: { 'R-1': 'block' } })).toMatch(/^The operator adds /);
    const places = { subject: 's', address: 'a', file: 'f' };
    for (const [place, value] of Object.entries({ id: 'R-1', ...places }))
      expect(textOf(places)).toContain(`"${place}": "${value}"`);
  });
});

describe('merged reports', () => {
  const [pass, warn, approve, block] = (['off', 'warn', 'approve', 'block'] as const).map((defaultMode) =>
    reportOf([draft({ defaultMode })]),
  ) as [PolicyReport, PolicyReport, PolicyReport, PolicyReport];

  test.each([
    [[], 'pass'],
    [[pass, pass], 'pass'],
    [[pass, warn], 'warn'],
    [[approve, warn], 'approve'],
    [[warn, block, approve], 'block'],
  ] as [PolicyReport[], string][])('have the strictest verdict (%#)', (reports, verdict) => {
    expect(mergeReports(...reports).verdict).toBe(verdict);
  });

  test('have the findings of all, and are truncated if one is', () => {
    const allowed = reportOf([draft()], { exemptions: [{ id: 'R-1', ...owner }] });
    const merged = mergeReports(warn, allowed, block);
    expect(merged.findings).toStrictEqual([...warn.findings, ...block.findings]);
    expect(merged.allowed).toStrictEqual(allowed.allowed);
    expect(merged.truncated).toBe(false);
    expect(mergeReports(warn, { ...block, truncated: true }).truncated).toBe(true);
  });
});
