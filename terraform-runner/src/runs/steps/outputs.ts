import { readState } from '../../workdir/state-file.ts';
import { done, type Step } from './step.ts';

/** Reads the outputs from the state file without starting Terraform. Their values are in the state. */
export const outputs: Step = {
  name: 'outputs',
  async execute({ run }) {
    const state = await readState(run.paths.state);
    const names = Object.keys(state?.content.outputs ?? {});
    const line = names.length > 0 ? `outputs: ${names.join(', ')}` : 'no outputs';
    run.emitOnce('outputs', { type: 'log', step: 'outputs', line });
    return done;
  },
};
