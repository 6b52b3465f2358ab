/** A component of the kind Note, which needs no cloud. */
export type Note = {
  text: string;
  /** Components whose `text` it copies. */
  copies?: string[];
  /** Components whose `id` it copies: no plan knows it before they are deployed. */
  marks?: string[];
  /** Makes its apply fail. */
  fails?: boolean;
  movedFrom?: string;
};

/** Returns the file of the stack `notes` by its path. */
export function notesStackFile(spec: object): Record<string, string> {
  const provider = { name: 'aws', region: 'us-east-1' };
  return { 'stacks/notes/stack.yaml': document('core', 'Stack', { name: 'notes' }, { provider, ...spec }) };
}

/** Returns a deployment repository with the stack `notes`, its components by `service/component`. */
export function notesRepository(
  notes: Record<string, Note>,
  more: Record<string, string> = {},
): Record<string, string> {
  const files: Record<string, string> = {
    ...kindFiles,
    ...notesStackFile({ promotion: ['development', 'staging', 'production'] }),
  };
  for (const [id, note] of Object.entries(notes)) {
    const [service = '', name = ''] = id.split('/');
    const folder = `stacks/notes/services/${service}`;
    files[`${folder}/service.yaml`] = document('core', 'Service', { name: service }, {});
    const { movedFrom, copies = [], marks = [], ...spec } = note;
    const sources = [
      ...copies.map((component) => ({ name: component, valueFrom: { component, output: 'text' } })),
      ...marks.map((component) => ({ name: `${component} id`, valueFrom: { component, output: 'id' } })),
    ];
    files[`${folder}/components/${name}/note.yaml`] = document(
      'components',
      'Note',
      { name, ...(movedFrom === undefined ? {} : { movedFrom }) },
      { ...spec, ...(sources.length > 0 ? { sources } : {}) },
    );
  }
  return { ...files, ...more };
}

/** JSON is YAML. */
function document(group: string, kind: string, metadata: object, spec: object): string {
  return JSON.stringify({ apiVersion: `${group}.deployer.io/v1`, kind, metadata, spec });
}

const main = `
locals {
  sources = try(var.spec.sources, [])
  values  = [for source in local.sources : var.inputs["\${source.valueFrom.component}.\${source.valueFrom.output}"]]
}
resource "terraform_data" "note" {
  input = { text = var.spec.text, values = local.values }
  lifecycle {
    postcondition {
      condition     = !try(var.spec.fails, false)
      error_message = "this note fails"
    }
  }
}
`;

const variables = `
variable "spec" {
  description = "What the component's files say."
  type        = any
}
variable "context" {
  description = "Names and surroundings."
  type        = any
}
variable "configs" {
  description = "Text files by name."
  type        = map(string)
  default     = {}
}
variable "inputs" {
  description = "Outputs of other components."
  type        = any
  default     = {}
}
`;

const outputs = `
output "text" {
  description = "The text, known at plan."
  value       = var.spec.text
}
output "values" {
  description = "What it copies."
  value       = local.values
}
output "id" {
  description = "Known after an apply."
  value       = terraform_data.note.id
}
`;

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['text'],
  properties: {
    text: { type: 'string' },
    fails: { type: 'boolean' },
    sources: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name', 'valueFrom'],
        properties: {
          name: { type: 'string' },
          valueFrom: {
            type: 'object',
            required: ['component', 'output'],
            properties: { component: { type: 'string' }, output: { type: 'string' } },
          },
        },
      },
    },
  },
};

const kindFiles = {
  'kinds/Note/kind.yaml': document(
    'kinds',
    'Kind',
    { name: 'Note' },
    { group: 'other', stateful: false, usualMinutes: 1 },
  ),
  'kinds/Note/schema.json': JSON.stringify(schema),
  'kinds/Note/main.tf': main,
  'kinds/Note/variables.tf': variables,
  'kinds/Note/outputs.tf': outputs,
};
