const maxSlugLength = 64;

/**
 * Codes for the most common problems that stay the same when Terraform rewords a summary. Any other code is
 * its summary as a slug.
 */
const known: [pattern: RegExp, code: string][] = [
  [/^Unsupported argument/i, 'unsupported_argument'],
  [/^Unsupported block type/i, 'unsupported_block_type'],
  [/^Unsupported attribute/i, 'unsupported_attribute'],
  [/^Missing required argument/i, 'missing_required_argument'],
  [/^Reference to undeclared/i, 'undeclared_reference'],
  [/^Value for undeclared variable/i, 'undeclared_variable'],
  [/^No value for required variable/i, 'missing_variable'],
  [/^Invalid value for (input )?variable/i, 'invalid_variable_value'],
  [/^Invalid resource type/i, 'invalid_resource_type'],
  [/^Invalid data source/i, 'invalid_data_source'],
  [/^Duplicate /i, 'duplicate_definition'],
  [
    /^(Argument or block definition required|Invalid (block|argument) definition|Unclosed |Missing (newline|item|key|argument separator)|Invalid expression|Unterminated |Invalid character|Invalid multi-line|Invalid single-argument block)/i,
    'syntax_error',
  ],
  [/^Module not (installed|found)/i, 'module_not_found'],
  [/^Unreadable module/i, 'module_not_found'],
  [/^Failed to query available provider packages/i, 'provider_not_available'],
  [/^Failed to install provider/i, 'provider_not_available'],
  [/^Inconsistent dependency lock file/i, 'inconsistent_lock_file'],
  [/^Unsupported Terraform Core version/i, 'unsupported_terraform_version'],
  [/^Saved plan is stale/i, 'stale_plan'],
  [/^Error acquiring the state lock/i, 'state_locked'],
  [/^Instance cannot be destroyed/i, 'prevent_destroy'],
  [/^Resource (precondition|postcondition) failed/i, 'condition_failed'],
  [/^Invalid provider configuration/i, 'invalid_provider_configuration'],
  [/^Cycle: /i, 'dependency_cycle'],
];

/** Returns a stable, machine-readable code of a problem; `other` if its summary is empty. */
export function diagnosticCode(summary: string): string {
  const entry = known.find(([pattern]) => pattern.test(summary));
  if (entry) return entry[1];
  const slug = summary
    .toLowerCase()
    .replace(/\([^)]*\)|"[^"]*"/g, ' ') // names and ids vary
    .replace(/[^a-z0-9]+/g, '_')
    .slice(0, maxSlugLength)
    .replace(/^_+|_+$/g, '');
  return slug || 'other';
}
