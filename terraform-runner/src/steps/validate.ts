import type { RunEventBody } from '@deployment-engine/contracts';
import { z } from 'zod';
import type { ActiveRun } from '../runs/run.ts';
import { readOutput, runCommand } from '../runs/run-command.ts';
import { terraformDiagnosticSchema } from '../terraform/diagnostic.ts';
import { diagnosticEvents } from '../terraform/ui-message.ts';
import { shareProviders } from './share-providers.ts';
import { resultOfCommand, type Step } from './step.ts';

/** Source: https://developer.hashicorp.com/terraform/cli/commands/validate#json-output-format */
const resultSchema = z.looseObject({ diagnostics: z.array(terraformDiagnosticSchema).default([]) });

/** Checks the code without looking at any cloud. */
export const validate: Step = {
  name: 'validate',
  async execute(active) {
    const result = await runCommand(active, {
      step: 'validate',
      name: 'validate',
      argv: ['validate', '-json'],
      output: 'data',
      reattach: () => shareProviders(active),
    });
    if (result.kind === 'exited') active.run.emitOnce('validate:diagnostics', ...diagnostics(active));
    return resultOfCommand(active, 'validate', 'validate', result);
  },
};

function diagnostics(active: ActiveRun): RunEventBody[] {
  const reading = { step: 'validate' as const, rootModule: active.request.rootModule };
  try {
    const { diagnostics } = resultSchema.parse(JSON.parse(readOutput(active, 'validate')));
    return diagnostics.flatMap((diagnostic) => diagnosticEvents(diagnostic, reading));
  } catch {
    return []; // Terraform died before it could answer; its exit code tells
  }
}
