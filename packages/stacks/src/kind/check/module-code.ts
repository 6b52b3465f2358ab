import {
  attribute,
  type Block,
  CodeSyntaxError,
  literalString,
  parseHcl,
} from '@deployment-engine/terraform-code';

import { type Repetition, repetitionsByInputs } from './repetition.ts';

export type ModuleBlock = { file: string; line: number; name: string; isDescribed: boolean };

export type ModuleCode = {
  variables: ModuleBlock[];
  outputs: ModuleBlock[];
  /** Blocks that a kind must not have: the engine's code around it has them. */
  forbidden: { file: string; line: number; what: string }[];
  /** Blocks that a preview with unknown inputs can't plan. */
  repetitions: Repetition[];
  syntaxErrors: { file: string; line: number; message: string }[];
  /** Whether the code reads an attribute or key with this name. */
  reads(name: string): boolean;
};

type Found = Omit<ModuleCode, 'reads' | 'repetitions'>;

/** Reads the Terraform files of a kind's own folder. Never throws. */
export function readModuleCode(files: ReadonlyMap<string, string>): ModuleCode {
  const code: Found = { variables: [], outputs: [], forbidden: [], syntaxErrors: [] };
  const names = new Set<string>();
  const blocks = new Map<string, Block[]>();
  for (const [file, text] of files) {
    if (!file.endsWith('.tf')) continue;
    for (const name of namesRead(text)) names.add(name);
    if (!file.includes('/')) blocks.set(file, readFile(file, text, code));
  }
  return { ...code, repetitions: repetitionsByInputs(blocks), reads: (name) => names.has(name) };
}

function readFile(file: string, text: string, code: Found): Block[] {
  try {
    const { blocks } = parseHcl(text);
    for (const block of blocks) readBlock(file, block, code);
    return blocks;
  } catch (error) {
    if (!(error instanceof CodeSyntaxError)) throw error;
    code.syntaxErrors.push({ file, line: error.line, message: error.message });
    return [];
  }
}

function readBlock(file: string, block: Block, code: Found): void {
  const { type, labels, line, body } = block;
  const [name = ''] = labels;
  const description = literalString(attribute(body, 'description')?.value);
  const described = { file, line, name, isDescribed: (description ?? '').trim() !== '' };
  if (type === 'variable') code.variables.push(described);
  if (type === 'output') code.outputs.push(described);
  if (type === 'provider') code.forbidden.push({ file, line, what: `provider ${name}` });
  const inner = type === 'terraform' ? body.blocks : [];
  for (const { type: kept, line: at } of inner)
    if (kept === 'backend' || kept === 'cloud') code.forbidden.push({ file, line: at, what: kept });
}

/** Names after a dot or in brackets, as in `var.spec.image` and `each.value["image"]`; comments do not count. */
function namesRead(text: string): string[] {
  const code = text.replace(/(^|\s)(#|\/\/).*$/gm, '').replace(/\/\*[\s\S]*?\*\//g, '');
  return [...code.matchAll(/\.([A-Za-z_][\w-]*)|\["([^"$]+)"\]/g)].map(
    ([, dotted, quoted]) => dotted ?? quoted ?? '',
  );
}
