import type { ChangeAction, RunEventBody, StepName } from '@deployment-engine/contracts';
import { z } from 'zod';
import { type CodePlace, diagnosticLines, isNoise, toDiagnostic } from './diagnostic.ts';
import { plainLines } from './plain-text.ts';
import { terraformDiagnosticSchema } from './terraform-diagnostic.ts';

const resource = z.looseObject({ addr: z.string(), resource_type: z.string() });
/** Source: https://developer.hashicorp.com/terraform/internals/machine-readable-ui */
const messageSchema = z.looseObject({
  '@message': z.string(),
  type: z.string(),
  change: z.looseObject({ resource, action: z.string() }).optional(),
  hook: z
    .looseObject({
      resource,
      action: z.string().default(''),
      id_value: z.string().optional(),
      elapsed_seconds: z.number().default(0),
    })
    .optional(),
  diagnostic: terraformDiagnosticSchema.optional(),
});
type Message = z.infer<typeof messageSchema>;

export type Reading = { step: StepName } & CodePlace;

/** Returns the events of one line of Terraform's output. A line that is not JSON becomes a log line. */
export function readUiLine(line: string, reading: Reading): RunEventBody[] {
  const message = line.startsWith('{') ? parseMessage(line) : undefined;
  if (!message) return logEvents(plainLines(line), reading.step);
  if (message.diagnostic) return diagnosticEvents(message.diagnostic, reading);
  return [
    ...logEvents(plainLines(message['@message']), reading.step),
    ...resourceEvents(message, reading.step),
  ];
}

export function diagnosticEvents(
  source: z.infer<typeof terraformDiagnosticSchema>,
  { step, ...place }: Reading,
): RunEventBody[] {
  if (isNoise(source)) return logEvents(plainLines(source.summary), step);
  const diagnostic = toDiagnostic(source, place);
  return [...logEvents(diagnosticLines(diagnostic), step), { type: 'diagnostic', step, diagnostic }];
}

export function logEvents(lines: string[], step: StepName): RunEventBody[] {
  return lines.map((line) => ({ type: 'log', step, line }));
}

function resourceEvents(message: Message, step: StepName): RunEventBody[] {
  const { change, hook } = message;
  if (message.type === 'planned_change' && change && step === 'plan') {
    const action = toAction(change.action);
    if (action === 'no-op' || action === 'read') return [];
    return [{ type: 'resource_planned', ...address(change.resource), action }];
  }
  if (!hook || !message.type.startsWith('apply_')) return [];
  const action = toAction(hook.action);
  if (action === 'read' || action === 'no-op') return [];
  const common = { ...address(hook.resource), action };
  if (message.type === 'apply_start') return [{ type: 'resource_started', ...common }];
  if (message.type !== 'apply_complete' && message.type !== 'apply_errored') return [];
  return [
    {
      type: 'resource_finished',
      ...common,
      ok: message.type === 'apply_complete',
      elapsedSeconds: hook.elapsed_seconds,
      id: hook.id_value ?? null,
    },
  ];
}

function address(source: z.infer<typeof resource>) {
  return { address: source.addr, resourceType: source.resource_type };
}

/** Maps Terraform's names of actions to the engine's. */
const actions: Record<string, ChangeAction> = {
  create: 'create',
  read: 'read',
  update: 'update',
  delete: 'delete',
  replace: 'replace',
  remove: 'forget',
  forget: 'forget',
};

function toAction(word: string): ChangeAction {
  return actions[word] ?? 'no-op';
}

function parseMessage(line: string): Message | undefined {
  try {
    const parsed = messageSchema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
