import { ApiError } from '@deployment-engine/client';
import { createProgram } from '../program.ts';
import { engineText } from './engine-text.ts';
import { errorText } from './error-text.ts';
import { ownCommand } from './own-command.ts';
import { runningCommandName, setRunningCommand } from './running-command.ts';

const job = 'deploy-1704067200000-abc12345';
const pipeline = 'pipeline-1704067200000-abc12345';

async function run(...names: string[]): Promise<void> {
  const program = await createProgram('all');
  const command = names.reduce((at, name) => at.commands.find((each) => each.name() === name) ?? at, program);
  setRunningCommand(command);
}

function refusal(
  detail: string,
  fields: ApiError['fields'] = [],
  code: ApiError['code'] = 'invalid_request',
) {
  return new ApiError('POST /api/deploy', { status: 400, code, title: 'x', detail, fields, requestId: null });
}

test.each<[says: string, said: string]>([
  [`waits for POST /api/deploy/jobs/${job}/approve: x`, `waits for deployer approve ${job}: x`],
  [`y; see POST /api/stacks/pipelines/${pipeline}/approve`, `y; see deployer approve ${pipeline}`],
  [`and 3 more; see GET /api/deploy/jobs/${job}/policy`, 'and 3 more; see deployer policy show'],
  ['see GET /api/deploy/orphans/shop.eu.; destroy', 'see deployer orphans list shop.eu.; destroy'],
  ['GET /api/stacks/kinds lists them', 'deployer kinds list lists them'],
  [
    'main.tf does not parse; POST /api/deploy/validate shows where',
    'main.tf does not parse; deployer validate shows where',
  ],
  ['POST /api/stacks/shop/validate shows them', 'deployer validate --stack shop shows them'],
  [
    'use POST /api/stacks/{stack}/apply, destroy or rollback',
    'use deployer deploy, destroy or rollback with --stack and --environment',
  ],
  [
    'An approver approves the job (POST /api/deploy/jobs/{jobId}/approve). Or: An admin sends POST /api/deploy/policy/{projectId}/exemptions with {"id": "PRE-X", "subject": "it\'s \\"a\\"", "file": "main.tf", "who": "…", "why": "…"}; deployer policy allow does the same.',
    "An approver approves the job (deployer approve). Or: An admin runs deployer policy allow PROJECT PRE-X --subject 'it'\\''s \"a\"' --file main.tf --who '…' --why '…'",
  ],
  ['wait for it, or send "wait": true', 'wait for it, or leave out --no-wait'],
  ['or send "withDependencies": true', 'or add --with-dependencies'],
  ['or send "override": true', 'or add --override'],
  ['Give its value in `variables` of the request.', 'Give its value with --var or --var-file.'],
  ['destroy those too with "withDependents": true', 'destroy those too by --with-dependents'],
  [
    'no other revision was ever deployed; set toRevision',
    'no other revision was ever deployed; name one with --to-revision',
  ],
  ['credentials are missing; send Authorization: Bearer <API key or token>', 'credentials are missing'],
  ['getHistory needs the role viewer', 'this needs the role viewer'],
  ['reading: sensitive=true needs the role deployer', 'reading: --sensitive needs the role deployer'],
  ['nothing of the \u001b[31mAPI', 'nothing of the [31mAPI'],
])('the engine says %j, and the command line %j', (says, said) => {
  expect(engineText(says)).toBe(said);
});

test.each<[pointer: string, name: string]>([
  ['/variables/region', '--var region'],
  ['/files/modules~1net~1main.tf', 'modules/net/main.tf'],
  ['/iacCode', 'the code'],
  ['/ttlSeconds', '--ttl-seconds'],
  ['/projectId', '--project'],
  ['/spec/x~0y', 'spec.x~y'],
])('the field %s of a refused request is called %s', async (pointer, name) => {
  await run('deploy');
  expect(errorText(refusal('the request is not valid', [{ pointer, detail: 'is wrong' }]))).toBe(
    `${name}: is wrong`,
  );
});

test.each<[command: string[], pointer: string, name: string]>([
  [['keys', 'create'], '/projects/0', '--projects'],
  [['secrets', 'set'], '/variables/9bad', '9bad'],
  [['policy', 'allow'], '/id', '<ruleId>'],
  [['drift', 'unignore'], '/ruleId', '<rule>'],
  [['drift', 'schedule'], '/cron', '<cron>'],
  [['orphans', 'delete'], '/orphanIds/1', '<orphan>'],
])('in %j the field %s is called %s', async (command, pointer, name) => {
  await run(...command);
  expect(errorText(refusal('the request is not valid', [{ pointer, detail: 'is wrong' }]))).toBe(
    `${name}: is wrong`,
  );
});

test('an option with another name than its field is found, and several fields have a line each', async () => {
  await run('orphans', 'acknowledge');
  const fields = [
    { pointer: '/reason', detail: 'is too short' },
    { pointer: '/files/a.tf', detail: 'a.tf:1:2: is empty' },
  ];
  expect(errorText(refusal('reading it', fields, 'stack_invalid'))).toBe(
    'reading it:\n  --why: is too short\n  a.tf:1:2: is empty',
  );
  const detail = 'resolving stack shop in eu: 2 errors';
  expect(errorText(refusal(`${detail}; POST /api/stacks/shop/validate shows them`, fields))).toMatch(
    /^resolving stack shop in eu: 2 errors:\n {2}--why/,
  );
  expect(runningCommandName()).toBe('deployer orphans acknowledge');
});

test.each<[start: Parameters<typeof ownCommand>[1], command: string]>([
  [{ program: '/usr/bin/deployer', npmCommand: undefined }, 'deployer login'],
  [{ program: '/code/cli/bin/deployer.mjs', npmCommand: 'run' }, 'deployer login'],
  [{ program: '/code/cli/src/main.ts', npmCommand: 'exec' }, 'npx deployer login'],
  [{ program: '/code/node_modules/.bin/deployer', npmCommand: undefined }, 'npx deployer login'],
  [{ program: 'C:\\code\\node_modules\\.bin\\deployer', npmCommand: undefined }, 'npx deployer login'],
  [
    { program: '/root/.npm/_npx/9c65/node_modules/.bin/deployer', npmCommand: 'exec' },
    'npx @deployment-engine/cli login',
  ],
])('started as %j, a hint is %s', (start, command) => {
  expect(ownCommand('login', start)).toBe(command);
});
