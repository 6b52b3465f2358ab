import { join } from 'node:path';
import type { StepName } from '@deployment-engine/contracts';
import { egressFiles } from '../egress/namespace.ts';
import { type Tail, tailFile } from '../process/tail.ts';
import { plainLines } from '../terraform/plain-text.ts';
import { logEvents } from '../terraform/ui-message.ts';
import type { Run } from './run.ts';

const key = 'egress:denied';

/** Logs, once each, the hosts that the egress proxy denied to the run. */
export function tailDenied(run: Run, step: StepName): Tail {
  return tailFile(join(run.paths.egress, egressFiles.denied), run.events.offsetOf(key), (lines) => {
    for (const { text, endOffset } of lines) {
      const [target = ''] = plainLines(JSON.parse(text));
      const line = `egress denied: ${target}; an operator allows it with EGRESS_ALLOW`;
      run.emit(logEvents([line], step), { key, offset: endOffset });
    }
  });
}
