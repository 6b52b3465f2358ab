import type { RunEventBody } from '@deployment-engine/contracts';
import { diagnosticEvents } from '../../terraform/ui-message.ts';
import { readValidation } from '../../terraform/validation.ts';
import type { ActiveRun } from '../run.ts';
import { readOutput, runCommand } from '../run-command.ts';
import { shareProviders } from './share-providers.ts';
import { resultOfCommand, type Step } from './step.ts';

/** Validates the code without contacting a cloud. */
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
  const { rootModule } = active.request;
  const reading = { step: 'validate' as const, rootModule, codeFolder: active.run.paths.code };
  // If Terraform died before it could answer, its exit code decides.
  const found = readValidation(readOutput(active, 'validate')) ?? [];
  return found.flatMap((diagnostic) => diagnosticEvents(diagnostic, reading));
}
