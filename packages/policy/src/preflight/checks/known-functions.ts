/** Functions whose first argument is a path. */
export const fileFunctions = new Set([
  'file',
  'filebase64',
  'filebase64sha256',
  'filebase64sha512',
  'fileexists',
  'filemd5',
  'fileset',
  'filesha1',
  'filesha256',
  'filesha512',
  'templatefile',
]);

/**
 * Provider functions that only compute from their arguments, by the provider's address.
 * Source: the "Functions" section of each provider's documentation.
 */
const pureFunctionsOfProviders: Record<string, readonly string[]> = {
  'registry.terraform.io/hashicorp/aws': ['arn_build', 'arn_parse', 'trim_iam_role_path', 'user_agent'],
  'registry.terraform.io/hashicorp/azurerm': ['normalise_resource_id', 'parse_resource_id'],
  'registry.terraform.io/hashicorp/google': googleFunctions(),
  'registry.terraform.io/hashicorp/google-beta': googleFunctions(),
  'registry.terraform.io/hashicorp/time': ['duration_parse', 'rfc3339_parse', 'unix_timestamp_parse'],
  'terraform.io/builtin/terraform': ['decode_tfvars', 'encode_expr', 'encode_tfvars'],
};

function googleFunctions(): string[] {
  return ['location', 'name', 'project', 'region', 'zone']
    .map((part) => `${part}_from_id`)
    .concat('region_from_zone');
}

/** Whether `provider::<local name>::<function>` only computes; `address` belongs to the local name. */
export function isPureOfProvider(address: string, name: string): boolean {
  return Object.hasOwn(pureFunctionsOfProviders, address)
    ? (pureFunctionsOfProviders[address]?.includes(name) ?? false)
    : false;
}

/** Functions of Terraform that are refused. */
export const refusedFunctions = new Set(['templatestring']);

/**
 * Functions that only compute from their arguments. `templatestring` is excluded: its template is a value, so
 * the calls in it cannot be checked here. `object`, `optional`, `set` and `tuple` are type constructors.
 * Source: https://developer.hashicorp.com/terraform/language/functions (1.11)
 */
export const pureFunctions = new Set(
  `abs abspath alltrue anytrue base64decode base64encode base64gzip base64sha256 base64sha512 basename bcrypt
  can ceil chomp chunklist cidrhost cidrnetmask cidrsubnet cidrsubnets coalesce coalescelist compact concat
  contains csvdecode dirname distinct element endswith ephemeralasnull flatten floor format formatdate formatlist
  indent index issensitive join jsondecode jsonencode keys length list log lookup lower map matchkeys max md5 merge
  min nonsensitive object one optional parseint pathexpand plantimestamp pow range regex regexall replace reverse rsadecrypt
  sensitive set setintersection setproduct setsubtract setunion sha1 sha256 sha512 signum slice sort split startswith
  strcontains strrev substr sum textdecodebase64 textencodebase64 timeadd timecmp timestamp title tobool tolist
  tomap tonumber toset tostring transpose trim trimprefix trimspace trimsuffix try tuple type upper urlencode uuid
  uuidv5 values yamldecode yamlencode zipmap`.split(/\s+/),
);
