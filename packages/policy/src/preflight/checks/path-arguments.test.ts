import { judge, resource, tf } from '../code-fixture.ts';

const findings = (files: ReturnType<typeof tf>) =>
  judge(files)
    .findings.filter(({ id }) => id === 'PRE-PATH-ARGUMENT')
    .map(({ line, subject }) => [line, subject]);

test.each([
  ['aws_s3_object', 'source'],
  ['aws_s3_bucket_object', 'source'],
  ['aws_lambda_function', 'filename'],
  ['aws_lambda_layer_version', 'filename'],
  ['aws_gamelift_script', 'zip_file'],
  ['aws_synthetics_canary', 'zip_file'],
  ['azurerm_storage_blob', 'source'],
  ['azurerm_storage_share_file', 'source'],
  ['azurerm_linux_function_app', 'zip_deploy_file'],
  ['azurerm_function_app_flex_consumption', 'zip_deploy_file'],
  ['azurerm_linux_function_app_slot', 'zip_deploy_file'],
  ['azurerm_linux_web_app', 'zip_deploy_file'],
  ['azurerm_linux_web_app_slot', 'zip_deploy_file'],
  ['azurerm_windows_function_app', 'zip_deploy_file'],
  ['azurerm_windows_function_app_slot', 'zip_deploy_file'],
  ['azurerm_windows_web_app', 'zip_deploy_file'],
  ['azurerm_windows_web_app_slot', 'zip_deploy_file'],
  ['google_storage_bucket_object', 'source'],
  ['google_storage_object_signed_url', 'credentials'],
  ['google_apigee_api', 'config_bundle'],
  ['google_apigee_sharedflow', 'config_bundle'],
  ['google_apigee_keystores_aliases_pkcs12', 'file'],
])('%s reads the file that its %s names, so that a computed path is refused', (type, name) => {
  const values = ['"dist/a.zip"', 'var.path', 'null'];
  const code = values.map((value, index) => `resource "${type}" "r${index}" {\n  ${name} = ${value}\n}\n`);
  expect(findings(tf(code.join('')))).toStrictEqual([[5, `${type}.${name}`]]);
});

test.each([
  'source',
  'filename',
  'source_file',
  'source_path',
  'zip_file',
  'zip_deploy_file',
  'script_path',
  'config_bundle',
  'key_file',
  'my_filename',
])('an argument called %s is a path in every resource', (name) => {
  const leaving = ['/etc/passwd', '~/x', 'file:x', 'FILE:x', '..', '../x', 'a/../x', 'a/..'];
  const within = ['a/x', 'a..b', 'a/..b', 'b../x', 'x/~', 'profile:x', './x'];
  const values = [...leaving, ...within].map((path) => JSON.stringify(path)).concat('var.path');
  const code = values.map((value, index) => `resource "aws_thing" "r${index}" {\n  ${name} = ${value}\n}\n`);
  expect(findings(tf(code.join('')))).toStrictEqual(
    leaving.map((_, index) => [3 * index + 2, `aws_thing.${name}`]),
  );
});

test('arguments of nested blocks are checked, those of other names are not', () => {
  const nested = 'a {\n  b {\n    source = "/x"\n  }\n}';
  expect(findings(resource(nested, 'aws_thing'))).toStrictEqual([[4, 'aws_thing.source']]);
  for (const name of ['path', 'sources', 'my_source', 'filename_x', 'file'])
    expect(findings(resource(`${name} = "/x"`, 'aws_thing'))).toStrictEqual([]);
});
