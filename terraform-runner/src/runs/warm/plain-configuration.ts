import { CodeSyntaxError, parseHcl, parseJsonBody } from '@deployment-engine/terraform-code';

/** Attributes and blocks of the AWS provider that say nothing of where its credentials come from. */
const plain = new Set([
  ...['alias', 'endpoints', 'max_retries', 'region', 's3_use_path_style', 'version'],
  ...['allowed_account_ids', 'forbidden_account_ids'],
  ...['skip_credentials_validation', 'skip_metadata_api_check', 'skip_region_validation'],
  'skip_requesting_account_id',
]);

/**
 * Whether the code configures the AWS provider with plain settings only, or not at all. Other settings, profiles and
 * roles for example, must find the environment that they would find without a spare. So must tags of the code where the
 * environment has some too, because the provider joins them.
 */
export function isPlainConfiguration(
  files: Map<string, Uint8Array>,
  { hasDefaultTags }: { hasDefaultTags: boolean },
): boolean {
  const known = hasDefaultTags ? plain : new Set([...plain, 'default_tags']);
  return [...files].every(([path, content]) =>
    isPlainFile(path, Buffer.from(content).toString('utf8'), known),
  );
}

function isPlainFile(path: string, text: string, known: ReadonlySet<string>): boolean {
  if (!/\.(tf|tofu)(\.json)?$/.test(path)) return true;
  try {
    const { blocks } = path.endsWith('.json') ? parseJsonBody(text).body : parseHcl(text);
    return blocks
      .filter(({ type, labels }) => type === 'provider' && labels[0] === 'aws')
      .every(({ body }) =>
        [...body.attributes.map(({ name }) => name), ...body.blocks.map(({ type }) => type)].every((name) =>
          known.has(name),
        ),
      );
  } catch (error) {
    if (error instanceof CodeSyntaxError) return false;
    throw error;
  }
}
