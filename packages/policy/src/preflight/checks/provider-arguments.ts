/** Of both of Google's providers. */
const ofGoogle = [
  'project',
  'region',
  'zone',
  'default_labels',
  'add_terraform_attribution_label',
  'terraform_attribution_label_addition_strategy',
  'scopes',
  'batching',
  'billing_project',
  'user_project_override',
  'request_timeout',
  'request_reason',
];

/**
 * Arguments, per provider, that contain no file, program, credential or address. Nested blocks are accepted
 * as a whole. A region becomes part of a host name, so an unvalidated region counts as an address.
 */
export const harmlessArguments: Record<string, readonly string[]> = {
  'registry.terraform.io/hashicorp/aws': [
    'region',
    'default_tags',
    'ignore_tags',
    'allowed_account_ids',
    'forbidden_account_ids',
    'max_retries',
    'retry_mode',
    'token_bucket_rate_limiter_capacity',
    'use_dualstack_endpoint',
    'use_fips_endpoint',
    's3_use_path_style',
    's3_us_east_1_regional_endpoint',
    'skip_credentials_validation',
    'skip_metadata_api_check',
    'skip_requesting_account_id',
  ],
  'registry.terraform.io/hashicorp/azurerm': [
    'features',
    'subscription_id',
    'tenant_id',
    'environment',
    'partner_id',
    'disable_terraform_partner_id',
    'skip_provider_registration',
    'resource_provider_registrations',
    'resource_providers_to_register',
    'storage_use_azuread',
  ],
  'registry.terraform.io/hashicorp/azuread': ['tenant_id', 'environment'],
  'registry.terraform.io/hashicorp/google': ofGoogle,
  'registry.terraform.io/hashicorp/google-beta': ofGoogle,
};

/** Terraform's own arguments, accepted for every provider. */
export const metaArguments = ['alias', 'version'];

/** Providers that projects may use: those with arguments listed above, and some without side effects. */
export const acceptedProviders = new Set([
  ...Object.keys(harmlessArguments),
  'registry.terraform.io/hashicorp/cloudinit',
  'registry.terraform.io/hashicorp/random',
  'registry.terraform.io/hashicorp/time',
  'registry.terraform.io/hashicorp/tls',
  'registry.terraform.io/hashicorp/null',
  'terraform.io/builtin/terraform',
]);
