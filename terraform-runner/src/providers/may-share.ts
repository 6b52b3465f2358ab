import { join } from 'node:path';
import type { TerraformState } from '../state/state-file.ts';
import { readCode } from './code-texts.ts';

/** `aws = { source = "hashicorp/aws" }`, also as JSON. With name and type equal, a source has one name. */
const requirement = /([\w-]+)"?\s*[=:]\s*\{[^{}]*?\bsource"?\s*[=:]\s*"((?:\w[\w.-]*\/){0,2}\w[\w-]*)"/g;

/**
 * Why the code's providers need a process of their own each, or `undefined` where one may be shared.
 *
 * Terraform starts one process per provider *configuration*; a shared process knows only the configuration it was
 * given last, so that with two of them resources would be created in the wrong region or account. Two need an
 * `alias`, a `provider` block in a second module, or two names for one source. The look at the text errs towards
 * "no": a word in a comment costs time, never correctness.
 */
export async function whyNotShared(
  rootModule: string,
  code: string,
  state: TerraformState | undefined,
): Promise<string | undefined> {
  for (const [folder, texts] of await readCode([code, join(rootModule, '.terraform', 'modules')])) {
    const reason = reasonIn(texts, folder === rootModule);
    if (reason) return reason;
  }
  const configured = new Set(state?.resources.map((resource) => resource.provider));
  if ([...configured].some((address) => /^module\.|\]\./.test(address)))
    return 'the state names a provider configuration with an alias or in a module';
  return undefined;
}

function reasonIn(texts: string[], isRoot: boolean): string | undefined {
  const text = texts.join('\n').replace(/^\s*(#|\/\/).*$/gm, '');
  if (/\balias\b(?!\s*\{)/.test(text)) return 'the code configures a provider under an alias';
  if (!isRoot && /(^|\*\/)\s*"?provider\b(?!\s*=)/m.test(text))
    return 'a module configures a provider itself';
  for (const [, name, source] of text.matchAll(requirement))
    if (source?.split('/').at(-1) !== name) return 'the code gives a provider a name of its own';
  return undefined;
}
