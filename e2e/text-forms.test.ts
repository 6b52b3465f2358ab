import { sharedEngine } from '../testing/shared-engine.ts';

const { client } = sharedEngine();

/** A file of a Windows editor with a byte order mark, and names and values outside ASCII. */
const files = {
  'main.tf':
    '\uFEFFvariable "größe" {\r\n  type = string\r\n}\r\nresource "terraform_data" "größe" {\r\n  input = "${var.größe} 日本 😀"\r\n}\r\n' +
    'output "größe" {\r\n  value = terraform_data.größe.output\r\n}\r\noutput "text" {\r\n  value = file("${path.module}/mødule/ドキュメント.txt")\r\n}\r\n',
  'mødule/ドキュメント.txt': 'erste Zeile\r\nzweite Zeile\n',
};

test('Windows line ends and names outside ASCII go through a deploy unchanged', async () => {
  const job = await client.complete('/api/deploy', {
    projectId: 'text-forms',
    files,
    variables: { größe: 'groß\r\n' },
  });
  expect(job.result?.outputs).toStrictEqual({
    größe: 'groß\r\n 日本 😀',
    text: 'erste Zeile\r\nzweite Zeile\n',
  });
  const { body } = await client.get('/api/deploy/history/text-forms/revisions/1');
  expect(body.files).toStrictEqual(files);
  const state = (await client.get('/api/deploy/state/text-forms')).body;
  expect(JSON.stringify(state)).toContain('terraform_data');
  expect((await client.complete('/api/deploy/drift/text-forms', {})).status).toBe('completed');
});

test('an error in such a file is placed on the line that an editor shows', async () => {
  const { body } = await client.post('/api/deploy/validate', {
    files: { 'main.tf': '\uFEFFlocals {\r\n  größe = 1\r\n  b = local.größ\r\n}\r\n' },
  });
  expect(body.valid).toBe(false);
  expect(body.errors[0]).toMatchObject({ file: 'main.tf', line: 3 });
});
