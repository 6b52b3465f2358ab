import { attribute, type Block, literalString } from '@deployment-engine/terraform-code';
import { type ProjectCode, type Report, resourceBlocks } from '../project-code.ts';

/** Data sources that run programs, read the machine or call addresses that the code chooses. */
const deniedData =
  /^(external|http|dns_\w+|local_\w+|archive_\w+|terraform_remote_state|shell_\w+|kubernetes_\w+|helm_\w+|docker_\w+)$/;

/** Data sources that put secrets into plan or state, or make the cloud run code during planning. */
const secretReaders = new RegExp(
  `secret|password|credential|_token|_sas$|invocation|object_content|host_keys|cluster_auth|access_key|${[
    '^aws_ssm_parameters?$',
    '^aws_ssm_parameters_by_path$',
    '^aws_s3(_bucket)?_object$',
    '^aws_dynamodb_table_item$',
    '^aws_api_gateway_api_keys?$',
    '^aws_cognito_user_pool_client$',
    '^azurerm_app_configuration_keys?$',
    '^azurerm_key_vault_encrypted_value$',
    '^azurerm_key_vault_certificate_data$',
    '^google_client_config$',
    '^google_service_account_(jwt|key)$',
  ].join('|')}`,
);
/** Names and settings of secrets, without their values. */
const secretMetadata =
  /^(aws_secretsmanager_(secrets?|random_password|secret_rotation|secret_versions)|google_secret_manager_secrets?|aws_iam_access_keys)$/;

const deniedResources =
  /^(local_\w+|shell_\w+|docker_\w+|helm_\w+|kubernetes_manifest|kubectl_\w+|archive_\w+|external\w*|http\w*)$/;

/** Checks for types of data sources and resources that do more than describe the cloud. */
export function checkResources(code: ProjectCode, report: Report): void {
  for (const module of code.modules.values())
    for (const file of module.files) {
      for (const { block, address } of resourceBlocks(file)) {
        const [type = ''] = block.labels;
        const at = { file: file.path, line: block.line, column: block.column, address, subject: type };
        if (block.type === 'resource' && deniedResources.test(type))
          report('PRE-RESOURCE-TYPE', at, `${type} works on the machine of the engine or runs code`);
        if (block.type !== 'data') continue;
        const problem = dataProblem(type, block);
        if (problem) report('PRE-DATA-SOURCE', at, `${type} ${problem}`);
        if (type === 'tls_certificate')
          report('PRE-NETWORK-READ', at, 'tls_certificate connects to an address while planning');
      }
    }
}

function dataProblem(type: string, block: Block): string | undefined {
  if (deniedData.test(type)) return 'runs programs, reads files or calls addresses while planning';
  if (secretReaders.test(type) && !secretMetadata.test(type) && !isPublicParameter(block))
    return 'reads secrets or data into the plan';
  const callsAddress = type !== 'tls_certificate' && attribute(block.body, 'url') !== undefined;
  return callsAddress ? 'with a url calls that address while planning' : undefined;
}

/** AWS publishes image ids and the like as public parameters. */
function isPublicParameter(block: Block): boolean {
  const name = literalString(attribute(block.body, 'name')?.value);
  return block.labels[0] === 'aws_ssm_parameter' && name?.startsWith('/aws/service/') === true;
}
