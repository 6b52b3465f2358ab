import { attribute, type Expression, literalString } from '@deployment-engine/terraform-code';
import { regionOfZone } from '../../plan/regions.ts';
import type { AccountLimits, PolicySettings } from '../../plan/settings.ts';
import type { CodeModule, ProjectCode, Report } from '../project-code.ts';

/**
 * Checks that every provider's region is one that the cloud account allows, before anything runs with its credentials. A region
 * that only Terraform could compute is refused as well.
 */
export function checkRegions(code: ProjectCode, report: Report, { cloudAccount }: PolicySettings): void {
  if (!cloudAccount?.regions) return;
  const allowed = new Set(cloudAccount.regions);
  for (const module of code.modules.values())
    for (const file of module.files)
      for (const block of file.body.blocks.filter(({ type }) => type === 'provider'))
        for (const name of ['region', 'zone'] as const) {
          const found = attribute(block.body, name);
          if (!found) continue;
          const place = textOf(found.value, { module, code, limits: cloudAccount });
          if (place !== undefined && allowed.has(regionOfZone(name, place))) continue;
          const address = `provider.${block.labels[0] ?? ''}`;
          const { line, column } = found;
          report(
            'PRE-REGION',
            { file: file.path, line, column, address, subject: place ?? '(computed)' },
            place === undefined
              ? `the code does not tell the ${name} of this provider, and its cloud account is for ${cloudAccount.regions.join(', ')} only`
              : `the cloud account of this deployment may not use the ${name} ${place}, only ${cloudAccount.regions.join(', ')}`,
          );
        }
}

/** Returns a literal, or the value of an input variable of the root. */
function textOf(
  expression: Expression,
  { module, code, limits }: { module: CodeModule; code: ProjectCode; limits: AccountLimits },
): string | undefined {
  const literal = literalString(expression);
  if (literal !== undefined || module.directory !== '.') return literal;
  const name = variableOf(expression);
  if (name === undefined) return undefined;
  if (limits.variables && Object.hasOwn(limits.variables, name)) {
    const value = limits.variables[name];
    return typeof value === 'string' ? value : undefined;
  }
  if (code.hasValueFiles) return undefined;
  const declared = module.files
    .flatMap(({ body }) => body.blocks)
    .filter(({ type, labels }) => type === 'variable' && labels[0] === name);
  const [only] = declared;
  return only && declared.length === 1 ? literalString(attribute(only.body, 'default')?.value) : undefined;
}

/** Returns the name of the input variable that an expression is: `var.region`, in JSON `"${var.region}"`. */
function variableOf(expression: Expression): string | undefined {
  const [only, ...others] = expression.kind === 'template' ? expression.parts : [expression];
  if (only?.kind !== 'reference' || others.length > 0 || only.children.length > 0) return undefined;
  const [root, name, ...rest] = only.path;
  return root === 'var' && rest.length === 0 ? name : undefined;
}
