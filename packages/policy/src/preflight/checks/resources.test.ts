import { json, judge, tf } from '../code-fixture.ts';

/** Returns the types that a rule reports, for one block of each type. */
function reported(id: string, kind: 'data' | 'resource', types: string[], body = ''): (string | null)[] {
  const code = types.map((type) => `${kind} "${type}" "x" {\n${body}\n}\n`).join('');
  return judge(tf(code))
    .findings.filter((finding) => finding.id === id)
    .map(({ subject }) => subject);
}

test('data sources that run programs, read files or call addresses are refused', () => {
  const types = [
    'external',
    'http',
    'dns_a_record_set',
    'local_file',
    'archive_file',
    'terraform_remote_state',
  ];
  const more = ['shell_script', 'kubernetes_pod', 'helm_template', 'docker_image'];
  expect(reported('PRE-DATA-SOURCE', 'data', [...types, ...more])).toStrictEqual([...types, ...more]);
  const others = ['aws_external', 'http_x', 'externals', 'aws_local_gateway', 'x_terraform_remote_state'];
  expect(reported('PRE-DATA-SOURCE', 'data', others)).toStrictEqual([]);
});

test('data sources that read secrets are refused', () => {
  const types = [
    'aws_secretsmanager_secret_version',
    'aws_rds_password',
    'aws_eks_cluster_auth',
    'aws_ecr_authorization_token',
    'azurerm_storage_account_sas',
    'aws_lambda_invocation',
    'google_storage_bucket_object_content',
    'aws_ssm_parameter',
    'aws_ssm_parameters',
    'aws_ssm_parameters_by_path',
    'aws_s3_object',
    'aws_s3_bucket_object',
    'aws_dynamodb_table_item',
    'aws_api_gateway_api_key',
    'aws_api_gateway_api_keys',
    'aws_cognito_user_pool_client',
    'azurerm_app_configuration_key',
    'azurerm_app_configuration_keys',
    'azurerm_key_vault_encrypted_value',
    'azurerm_key_vault_certificate_data',
    'google_client_config',
    'google_service_account_jwt',
    'google_service_account_key',
  ];
  expect(reported('PRE-DATA-SOURCE', 'data', types)).toStrictEqual(types);
});

test('data sources with names and settings of secrets only, and others of similar names, are accepted', () => {
  const types = [
    'aws_secretsmanager_secret',
    'aws_secretsmanager_secrets',
    'aws_secretsmanager_random_password',
    'aws_secretsmanager_secret_rotation',
    'aws_secretsmanager_secret_versions',
    'google_secret_manager_secret',
    'google_secret_manager_secrets',
    'aws_iam_access_keys',
    'aws_s3_objects',
    'aws_ssm_parameter_x',
    'aws_cognito_user_pool_clients',
    'azurerm_sas_x',
    'google_client_config_x',
  ];
  expect(reported('PRE-DATA-SOURCE', 'data', types)).toStrictEqual([]);
  const like = ['x_aws_secretsmanager_secrets', 'aws_secretsmanager_secrets_x'];
  expect(reported('PRE-DATA-SOURCE', 'data', like)).toStrictEqual(like);
});

test('a public parameter of AWS is accepted, by its literal name only', () => {
  const of = (name: string, type = 'aws_ssm_parameter') =>
    reported('PRE-DATA-SOURCE', 'data', [type], `name = ${name}`).length;
  expect(of('"/aws/service/ami"')).toBe(0);
  expect(of('"/aws/services"')).toBe(1);
  expect(of('"/x/aws/service/ami"')).toBe(1);
  expect(of('var.name')).toBe(1);
  expect(of('"/aws/service/ami"', 'aws_ssm_parameters_by_path')).toBe(1);
});

test('a data source with a url is refused; a certificate is a read of the network', () => {
  expect(reported('PRE-DATA-SOURCE', 'data', ['aws_ip_ranges'], 'url = "x"')).toStrictEqual([
    'aws_ip_ranges',
  ]);
  expect(reported('PRE-DATA-SOURCE', 'data', ['tls_certificate'], 'url = "x"')).toStrictEqual([]);
  expect(reported('PRE-NETWORK-READ', 'data', ['tls_certificate', 'aws_vpc'])).toStrictEqual([
    'tls_certificate',
  ]);
});

test('resources that work on the machine or run code are refused', () => {
  const types = ['local_file', 'shell_script', 'docker_image', 'helm_release', 'kubernetes_manifest'];
  const more = ['kubectl_manifest', 'archive_file', 'external', 'externally', 'http', 'https'];
  expect(reported('PRE-RESOURCE-TYPE', 'resource', [...types, ...more])).toStrictEqual([...types, ...more]);
  const others = ['aws_local_file', 'kubernetes_manifests', 'kubernetes_pod', 'x_http', 'aws_vpc'];
  expect(reported('PRE-RESOURCE-TYPE', 'resource', others)).toStrictEqual([]);
  expect(reported('PRE-RESOURCE-TYPE', 'data', types)).toStrictEqual([]);
  expect(reported('PRE-DATA-SOURCE', 'resource', ['aws_ssm_parameter'])).toStrictEqual([]);
  expect(reported('PRE-NETWORK-READ', 'resource', ['tls_certificate'])).toStrictEqual([]);
});

test('a finding names place and address', () => {
  const [finding] = judge(json({ data: { external: { x: {} } } })).findings.filter(
    ({ id }) => id === 'PRE-DATA-SOURCE',
  );
  expect([finding?.file, finding?.line, finding?.column, finding?.address]).toStrictEqual([
    'main.tf.json',
    1,
    expect.any(Number),
    'data.external.x',
  ]);
});
