import assert from 'node:assert/strict';
import { defaultPolicySettings, type PolicySettingsAnswer } from '@deployment-engine/contracts';
import { compiledPolicy } from '../../packages/policy/src/plan/user-rules/rego-fixture.ts';
import { openPrincipal } from '../src/access/principal.ts';
import { changeSettings } from '../src/policy/change-settings.ts';
import { onEachGateway } from './support.ts';

const cel = (expression: string, more: object = {}) => ({
  language: 'cel',
  id: 'USER-A',
  message: 'not wanted',
  expression,
  ...more,
});
const rego = (bundle: Uint8Array, more: object = {}) => ({
  language: 'rego',
  id: 'USER-R',
  message: 'not wanted',
  bundle: Buffer.from(bundle).toString('base64'),
  ...more,
});

onEachGateway((it) => {
  const path = (projectId: string) => `/api/deploy/policy/${projectId}`;
  const put = (projectId: string, settings: object, query = '') =>
    it().client.request('PUT', `${path(projectId)}/settings${query}`, settings);

  test('settings are versioned, with who and when; removing them restores the defaults', async () => {
    const before = (await it().client.get(`${path('v')}/settings`)).body;
    expect(before).toStrictEqual({
      projectId: 'v',
      settings: null,
      version: 0,
      changedBy: null,
      changedAt: null,
    });
    const first = (await put('v', { profile: 'guarded' })).body;
    expect([first.version, first.changedBy, first.settings.profile]).toStrictEqual([
      1,
      openPrincipal.name,
      'guarded',
    ]);
    const shown = (await it().client.get(path('v'))).body;
    expect([shown.settings.profile, shown.version, shown.newest]).toStrictEqual(['guarded', 1, null]);
    const removed = await it().client.request('DELETE', `${path('v')}/settings`);
    expect([removed.body.version, removed.body.settings]).toStrictEqual([2, null]);
    expect((await it().client.get(path('v'))).body.settings.profile).toBe('advisory');
    const page = (await it().client.get(`${path('v')}/history?limit=1`)).body;
    const rest = (await it().client.get(`${path('v')}/history?cursor=${page.nextCursor}`)).body;
    const versions = [...page.versions, ...rest.versions].map(({ version }) => version);
    expect(versions).toStrictEqual([2, 1]);
    expect(rest.nextCursor).toBe(null);
  });

  test('of ten changes of the same version one succeeds', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        put('race', { blastRadius: { maxDeletions: index } }, '?ifVersion=0'),
      ),
    );
    const statuses = answers.map(({ status }) => status).toSorted();
    expect(statuses).toStrictEqual([200, ...Array(9).fill(409)]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body.code).toBe('policy_settings_changed');
    await Promise.all(Array.from({ length: 5 }, () => put('race', {})));
    expect((await it().client.get(`${path('race')}/settings`)).body.version).toBe(6);
  });

  test('only an admin may weaken a policy', async () => {
    const change = (settings: object | null): Promise<PolicySettingsAnswer | object> =>
      changeSettings(it().gateway.context, {
        projectId: 'roles',
        settings: settings && { ...defaultPolicySettings, ...settings },
        ifVersion: undefined,
        call: { record: async () => {} },
        principal: { ...openPrincipal, role: 'approver', name: 'amy' },
      });
    const strict = { profile: 'strict', modes: { 'AWS-S3-001': 'block' } } as const;
    await change(strict);
    const weaker: [object | null, RegExp][] = [
      [{ ...strict, profile: 'guarded' }, /profile guarded/],
      [{ ...strict, modes: {} }, /no mode of AWS-S3-001/],
      [{ ...strict, modes: { ...strict.modes, 'PRE-PROVISIONER': 'warn' } }, /mode warn of PRE-PROVISIONER/],
      [{ ...strict, exemptions: [{ id: 'PRE-PROVISIONER', who: 'amy', why: 'x' }] }, /an exemption/],
      [null, /profile advisory/],
    ];
    for (const [settings, reason] of weaker)
      await assert.rejects(change(settings), (error: Error) => reason.test(error.message));
    const limits = { ...defaultPolicySettings.blastRadius, maxDeletions: 3 };
    await change({ ...strict, blastRadius: limits });
    await expect(change({ ...strict, blastRadius: { ...limits, maxDeletions: 4 } })).rejects.toThrow(
      /a wider maxDeletions/,
    );
    assert.equal((await put('roles', {})).status, 200, 'an admin may');
  });

  const refusedRules: [string, object[], RegExp][] = [
    ['that does not parse', [cel('resource.')], /USER-A: /],
    ['that is not a condition', [cel('1 + 1')], /USER-A: the expression is a/],
    ['whose id is used twice', [cel('true'), cel('false')], /the id USER-A is used twice/],
    ['whose bundle is invalid', [rego(Buffer.from('nothing'))], /USER-R: the bundle cannot be evaluated/],
    ['whose bundle never answers', [rego(compiledPolicy(false, { endless: true }))], /does not answer/],
  ];
  for (const [what, userRules, reason] of refusedRules)
    test(`a rule ${what} is refused when it is stored`, async () => {
      const answer = await put('rules', { userRules });
      expect(answer.status).toBe(400);
      const [problem] = answer.body.errors;
      expect(problem.pointer).toMatch(/^\/userRules\/\d/);
      expect(problem.detail).toMatch(reason);
      expect((await it().client.get(`${path('rules')}/settings`)).body.version).toBe(0);
    });

  test('a good rule is stored, and shown without its compiled code', async () => {
    expect((await put('good', { userRules: [rego(compiledPolicy(false)), cel('false')] })).status).toBe(200);
    const { settings } = (await it().client.get(path('good'))).body;
    expect(settings.userRules.map((rule: object) => Object.keys(rule).toSorted())).toStrictEqual(
      Array(2).fill(['id', 'language', 'message', 'mode', 'severity']),
    );
  });

  test('the deprecated name of exemptions works in requests and in stored settings', async () => {
    const exemption = { id: 'AWS-S3-001', who: 'amy', why: 'x' };
    const sent = await put('earlier', { allowances: [exemption] });
    expect(sent.body.settings.exemptions).toStrictEqual([exemption]);
    const { query } = it().gateway.context.database;
    await query
      .updateTable('policy_settings')
      .set({ settings: JSON.stringify({ allowances: [exemption] }) })
      .where('project_id', '=', 'earlier')
      .execute();
    const added = await it().client.post(`${path('earlier')}/allowances`, exemption);
    expect(added.body.settings.exemptions).toStrictEqual([exemption, exemption]);
  });

  test('modes and exemptions without effect are refused', async () => {
    const { body } = await put('typo', {
      modes: { 'AWS-S3-01': 'block', 'PRE-BACKEND': 'off', 'USER-MINE': 'warn' },
      exemptions: [{ id: 'PRE-OVERRIDE', who: 'a', why: 'b' }],
    });
    expect(body.errors).toStrictEqual([
      { pointer: '/modes/AWS-S3-01', detail: 'there is no rule AWS-S3-01' },
      { pointer: '/modes/PRE-BACKEND', detail: 'nobody can allow PRE-BACKEND' },
      { pointer: '/modes/USER-MINE', detail: 'there is no rule USER-MINE' },
      { pointer: '/exemptions/0/id', detail: 'nobody can allow PRE-OVERRIDE' },
    ]);
    const exemption = await it().client.post(`${path('typo')}/exemptions`, { id: 'X', who: 'a', why: 'b' });
    expect(exemption.body.errors).toStrictEqual([{ pointer: '/id', detail: 'there is no rule X' }]);
  });

  test('settings that are not valid are refused with a pointer', async () => {
    const answer = await put('bad', { profile: 'lax', exemptions: [{ id: 'X' }] });
    expect(answer.status).toBe(400);
    const pointers = answer.body.errors.map(({ pointer }: { pointer: string }) => pointer);
    expect(pointers).toStrictEqual(['/profile', '/exemptions/0/who', '/exemptions/0/why']);
  });
});
