import type { Attribute, Body, Expression } from '@deployment-engine/terraform-code';
import { constantText, resolvePath } from '../in-tree-path.ts';
import type { PathScope } from '../path-alternatives.ts';
import { forEachOf, type ProjectCode, type Report, resourceBlocks } from '../project-code.ts';

/** Arguments that providers open as local files. */
const pathArguments: Record<string, readonly string[]> = {
  aws_s3_object: ['source'],
  aws_s3_bucket_object: ['source'],
  aws_lambda_function: ['filename'],
  aws_lambda_layer_version: ['filename'],
  aws_gamelift_script: ['zip_file'],
  aws_synthetics_canary: ['zip_file'],
  azurerm_storage_blob: ['source'],
  azurerm_storage_share_file: ['source'],
  azurerm_linux_function_app: ['zip_deploy_file'],
  azurerm_function_app_flex_consumption: ['zip_deploy_file'],
  azurerm_linux_function_app_slot: ['zip_deploy_file'],
  azurerm_linux_web_app: ['zip_deploy_file'],
  azurerm_linux_web_app_slot: ['zip_deploy_file'],
  azurerm_windows_function_app: ['zip_deploy_file'],
  azurerm_windows_function_app_slot: ['zip_deploy_file'],
  azurerm_windows_web_app: ['zip_deploy_file'],
  azurerm_windows_web_app_slot: ['zip_deploy_file'],
  google_storage_bucket_object: ['source'],
  google_storage_object_signed_url: ['credentials'],
  google_apigee_api: ['config_bundle'],
  google_apigee_sharedflow: ['config_bundle'],
  google_apigee_keystores_aliases_pkcs12: ['file'],
};
/** Names that mean a local file in every known provider; checked if their value is a literal. */
const pathLikeName =
  /^(source|filename|source_file|source_path|zip_file|zip_deploy_file|script_path|config_bundle|.*_file|.*_filename)$/;
const leavesProject = /^(\/|~|file:)|(^|\/)\.\.(\/|$)/i;

/** Checks resource arguments by which a provider reads a file of the machine and uploads it. */
export function checkPathArguments(code: ProjectCode, report: Report): void {
  for (const module of code.modules.values())
    for (const file of module.files)
      for (const { block, address } of resourceBlocks(file)) {
        const [type = ''] = block.labels;
        const scope = { module, forEach: forEachOf(block) };
        const known = Object.hasOwn(pathArguments, type) ? (pathArguments[type] ?? []) : [];
        const deny = ({ name, line, column }: Attribute, reason: string) =>
          report(
            'PRE-PATH-ARGUMENT',
            { file: file.path, line, column, address, subject: `${type}.${name}` },
            `${name} may read a file outside the project: ${reason}`,
          );
        for (const argument of block.body.attributes) {
          const problem = known.includes(argument.name) ? pathProblem(argument.value, scope) : undefined;
          if (problem) deny(argument, problem);
        }
        checkPathLike(block.body, scope, deny);
      }
}

function pathProblem(value: Expression, scope: PathScope): string | undefined {
  if (value.kind === 'literal' && value.value === null) return undefined;
  const result = resolvePath(value, scope);
  return result.inside ? undefined : result.reason;
}

function checkPathLike(
  body: Body,
  scope: PathScope,
  deny: (argument: Attribute, reason: string) => void,
): void {
  for (const argument of body.attributes) {
    const text = pathLikeName.test(argument.name) ? constantText(argument.value, scope) : undefined;
    if (text !== undefined && leavesProject.test(text)) deny(argument, 'the path leaves the project');
  }
  for (const block of body.blocks) checkPathLike(block.body, scope, deny);
}
