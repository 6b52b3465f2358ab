import { pipelineClient } from '../testing/pipelines.ts';
import { sharedEngine } from '../testing/shared-engine.ts';
import { notesRepository } from '../testing/stacks/notes.ts';

const { client } = sharedEngine();
const stack = pipelineClient(client, 'notes');
/** In no file as a whole, so that only Terraform knows it. */
const word = 'correct-horse-battery';

const document = (group: string, kind: string, name: string, spec: object) =>
  JSON.stringify({ apiVersion: `${group}.deployer.io/v1`, kind, metadata: { name }, spec });

/** A kind without fields of its own, with one component of the same name. */
function kindWithComponent(
  kind: string,
  main: string,
  outputs: string,
  spec: object,
): Record<string, string> {
  const name = kind.toLowerCase();
  const variables = ['spec', 'context', 'configs', 'inputs'];
  return {
    [`kinds/${kind}/kind.yaml`]: document('kinds', 'Kind', kind, {
      group: 'other',
      stateful: false,
      usualMinutes: 1,
    }),
    [`kinds/${kind}/schema.json`]: '{"type": "object", "additionalProperties": true}',
    [`kinds/${kind}/variables.tf`]: variables
      .map((variable) => `variable "${variable}" {\n  type    = any\n  default = {}\n}\n`)
      .join(''),
    [`kinds/${kind}/main.tf`]: main,
    [`kinds/${kind}/outputs.tf`]: outputs,
    [`stacks/notes/services/a/components/${name}/${name}.yaml`]: document('components', kind, name, spec),
  };
}

const files = notesRepository(
  { 'a/note': { text: 'x' } },
  {
    ...kindWithComponent(
      'Vault',
      'resource "terraform_data" "word" {\n  input = sensitive(join("-", ["correct", "horse", "battery"]))\n}\n',
      'output "word" {\n  value     = terraform_data.word.output\n  sensitive = true\n}\n',
      {},
    ),
    ...kindWithComponent(
      'Reader',
      'resource "terraform_data" "copy" {\n  input = var.inputs["a/vault.word"]\n}\n',
      'output "length" {\n  value = nonsensitive(length(terraform_data.copy.output))\n}\n',
      { word: { valueFrom: { component: 'vault', output: 'word' } } },
    ),
  },
);

test('a secret output reaches the component that uses it, and no answer about the stack or its jobs shows it', async () => {
  const request = { files, environment: 'secret' };
  const planned = await stack.run('apply', request);
  expect(planned.status).toBe('awaiting_approval');
  const done = await stack.approve(planned);
  expect({ status: done.status, error: done.error }).toStrictEqual({ status: 'completed', error: null });
  const state = await client.get('/api/deploy/state/notes.secret.a.reader');
  expect(JSON.stringify(state.body)).toContain(word); // whoever may read a whole state reads its secrets

  const jobs = done.components
    .flatMap(({ jobId, planJobId }) => [jobId, planJobId])
    .filter((id) => id !== null);
  expect(jobs.length).toBeGreaterThan(3);
  const base = '/api/stacks/notes/environments/secret';
  const paths = [
    ...['', '/outputs', '/state', '/history', '/drift', '/snapshots', '/graph'].map((path) => base + path),
    ...['', '/events'].map((path) => `/api/stacks/pipelines/${done.pipelineId}${path}`),
    ...jobs.flatMap((id) => ['', '/plan', '/events'].map((path) => `/api/deploy/jobs/${id}${path}`)),
  ];
  const shown: string[] = [];
  for (const path of paths) {
    const answer = await client.get(path);
    const text = JSON.stringify(answer.body);
    if (text.includes(word)) shown.push(path);
    if (path === `${base}/outputs`) expect(text).toContain('"length":21');
    if (path.endsWith(`${done.pipelineId}/events`)) expect(text).toContain('a/reader');
  }
  expect(shown).toStrictEqual([]);
});
