import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { type Agent, connectAgent, startAgent } from '../testing/agent.ts';
import { sharedEngine } from '../testing/shared-engine.ts';
import { notesRepository } from '../testing/stacks/notes.ts';

const { engine, client } = sharedEngine();
const root = mkdtempSync(join(tmpdir(), 'mcp-'));
const main = join(import.meta.dirname, '../cli/src/main.ts');
afterAll(() => rmSync(root, { recursive: true, force: true }));

const wrong = 'resource "terraform_data" "a" {\n  inputt = "one"\n}\n';
const right = `${wrong.replace('inputt', 'input')}output "word" {\n  value = terraform_data.a.output\n}\n`;

function overStdio(user?: (question: string) => boolean) {
  const args = [main, '--url', engine().url, 'mcp', '--root', root];
  const transport = new StdioClientTransport({ command: process.execPath, args, stderr: 'ignore' });
  return startAgent(transport, user ? { user } : {});
}

test.each<[string, (user: () => boolean) => Promise<Agent>, Record<string, unknown>]>([
  ['HTTP', (user) => connectAgent(engine().url, { user }), { code: right }],
  ['standard input and output', (user) => overStdio(user), { folder: 'code' }],
])('an agent goes from a mistake to a deploy and back over %s', async (name, connect, source) => {
  const project = `agent-${name.length}`;
  const questions: string[] = [];
  await using agent = await connect((question?: string) => questions.push(String(question)) > 0);
  mkdirSync(join(root, 'code'), { recursive: true });
  writeFileSync(join(root, 'code/main.tf'), right);
  const checked = await agent.call('validate', { code: wrong });
  expect(checked.text).toContain('"code":"unsupported_argument"');
  expect(checked.facts).toMatchObject({ valid: false, errors: 1 });
  expect((await agent.call('validate', source)).facts).toMatchObject({ valid: true });
  const planned = await agent.call('plan', { project, ...source });
  expect(planned.said).toContain('1 to create, 0 to update, 0 to replace, 0 to delete; nothing was applied');
  const deployed = await agent.call('deploy', { project, ...source });
  expect(deployed.facts).toMatchObject({ status: 'completed' });
  expect(questions).toHaveLength(1);
  expect(questions[0]?.split('\n')).toStrictEqual([
    `Apply these changes to ${project}? 1 to create, 0 to update, 0 to replace, 0 to delete.`,
    '- create terraform_data.a',
    `Plan ${String(deployed.facts.planDigest).slice(0, 12)}.`,
  ]);
  expect((await agent.call('outputs', { project })).text).toContain('{"outputs":{"word":"one"}}');
  expect((await agent.call('drift', { project })).facts).toMatchObject({ status: 'in_sync', drifted: 0 });
  expect((await agent.call('destroy', { project })).facts).toMatchObject({ status: 'completed' });
  expect((await agent.call('state_resources', { project })).facts).toMatchObject({ resources: 0 });
});

test('a plan that the user declines is not applied, and can be dropped', async () => {
  await using agent = await connectAgent(engine().url, { user: () => false });
  const declined = await agent.call('deploy', { project: 'declined', code: right });
  expect(declined.said).toContain('The user has not approved the plan');
  const { body } = await client.get('/api/deploy/jobs?projectId=declined');
  expect(body.jobs.map(({ status }: { status: string }) => status)).toStrictEqual(['awaiting_approval']);
  await agent.call('cancel', { jobId: body.jobs[0].jobId });
  expect((await client.endOf(body.jobs[0].jobId)).status).toBe('cancelled');
});

test('an agent that cannot ask ends at the approval; a wrong digest applies nothing, the right one does', async () => {
  await using agent = await connectAgent(engine().url);
  const waiting = await agent.call('deploy', { project: 'digest', code: right });
  const { jobId, planDigest } = waiting.facts;
  expect(waiting.said).toContain(`call deploy with jobId ${jobId} and planDigest ${planDigest}`);
  const refused = await agent.call('deploy', { jobId, planDigest: 'a'.repeat(64) });
  expect(refused.facts).toMatchObject({ code: 'plan_digest_mismatch' });
  expect((await agent.call('deploy', { jobId, planDigest })).facts).toMatchObject({ status: 'completed' });
});

test('an agent deploys a stack, and destroys it', async () => {
  await using agent = await connectAgent(engine().url);
  const where = { stack: 'notes', environment: 'development' };
  const files = notesRepository({
    'base/first': { text: 'one' },
    'base/second': { text: 'two', copies: ['base/first'] },
  });
  expect((await agent.call('stack_validate', { ...where, files })).facts).toMatchObject({ valid: true });
  const waiting = await agent.call('stack_deploy', { ...where, files });
  expect(waiting.said).toContain('2 to create');
  const { pipelineId, planDigest } = waiting.facts;
  const wrongTool = await agent.call('stack_destroy', { pipelineId, planDigest });
  expect(wrongTool.said).toContain('call the tool stack_deploy');
  const deployed = await agent.call('stack_deploy', { pipelineId, planDigest });
  expect(deployed.said).toContain('is completed: 2 succeeded');
  const destroying = await agent.call('stack_destroy', where);
  const ended = await agent.call('stack_destroy', {
    pipelineId: destroying.facts.pipelineId,
    planDigest: destroying.facts.planDigest,
  });
  expect(ended.facts).toMatchObject({ status: 'completed' });
});

test('over standard input an agent reads no folder outside of the root, and follows no link out of it', async () => {
  mkdirSync(join(root, 'linked'), { recursive: true });
  writeFileSync(join(root, 'linked/main.tf'), right);
  symlinkSync('/etc/passwd', join(root, 'linked/passwd.tf'));
  symlinkSync('/etc', join(root, 'etc'));
  await using agent = await overStdio();
  for (const folder of ['..', '/etc', 'etc', '../../etc'])
    expect((await agent.call('validate', { folder })).text).toMatch(/is outside of|no such folder/);
  expect((await agent.call('validate', { folder: 'linked' })).text).toContain('leads out of the folder');
});

test('no tool shows a secret variable or a sensitive value, also to an admin', async () => {
  await using agent = await connectAgent(engine().url);
  const project = 'secretive';
  const secret = 'correct-horse-battery';
  const code = [
    'variable "word" {\n  sensitive = true\n}',
    'resource "terraform_data" "a" {\n  input = var.word\n}',
    'output "word" {\n  value     = terraform_data.a.output\n  sensitive = true\n}',
  ].join('\n');
  await client.request('PUT', `/api/deploy/secrets/${project}/variables`, { variables: { word: secret } });
  const { facts } = await agent.call('deploy', { project, code });
  const { jobId, planDigest } = facts;
  const answers = [await agent.call('deploy', { jobId, planDigest })];
  expect(answers[0]?.facts).toMatchObject({ status: 'completed' });
  for (const name of ['outputs', 'drift', 'history', 'cost'])
    answers.push(await agent.call(name, { project }));
  answers.push(await agent.call('state_resources', { project, address: 'terraform_data' }));
  for (const name of ['status', 'logs', 'policy']) answers.push(await agent.call(name, { jobId }));
  expect(answers.filter(({ isError }) => isError)).toStrictEqual([]);
  expect(answers.map(({ text }) => text).join('\n')).not.toContain(secret);
  expect(answers.map(({ text }) => text).join('\n')).toContain('(sensitive)');
});
