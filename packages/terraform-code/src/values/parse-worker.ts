import { parentPort } from 'node:worker_threads';
import parser from 'hcl2-parser';
import { parseHcl } from '../hcl/body.ts';

/**
 * Parses files one after the other; returns `null` for a file that is not HCL.
 * hcl2-parser reads only what the own reader has accepted, which bounds depth and refuses early.
 */
parentPort?.once('message', (sources: string[]) => {
  parentPort?.postMessage(
    sources.map((file) => {
      try {
        const source = file.replace(/^\uFEFF/, '');
        parseHcl(source);
        const [parsed, error] = parser.parseToObject(source);
        return error ? null : parsed;
      } catch {
        return null;
      }
    }),
  );
});
