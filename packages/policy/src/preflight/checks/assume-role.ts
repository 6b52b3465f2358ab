import { matchesWildcard } from '@deployment-engine/contracts';
import type { Block } from '@deployment-engine/terraform-code';
import { constantText } from '../in-tree-path.ts';
import type { CodeModule } from '../project-code.ts';

/** Arguments that only restrict a role or name its session. The operator's pattern decides on `role_arn`. */
const harmless: ReadonlySet<string> = new Set([
  'role_arn',
  'duration',
  'external_id',
  'policy',
  'policy_arns',
  'session_name',
  'source_identity',
  'tags',
  'transitive_tag_keys',
]);

/** Whether an AWS provider block assumes a single role, given as a literal, that the operator allows. */
export function isAllowedRole(block: Block, module: CodeModule, roles: string[]): boolean {
  if (block.type !== 'assume_role') return false;
  const { attributes, blocks, blocksRepeatAttributes } = block.body;
  if (blocks.length > 0 && !blocksRepeatAttributes) return false;
  if (attributes.some(({ name }) => !harmless.has(name))) return false;
  const named = attributes.filter(({ name }) => name === 'role_arn');
  const [only] = named;
  const arn = only && named.length === 1 ? constantText(only.value, { module }) : undefined;
  return arn !== undefined && roles.some((pattern) => matchesWildcard(pattern, arn));
}
