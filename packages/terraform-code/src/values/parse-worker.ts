import { parentPort } from 'node:worker_threads';
import parser from 'hcl2-parser';

/** Parses files one after the other; returns `null` for a file that is not HCL. */
parentPort?.once('message', (sources: string[]) => {
  parentPort?.postMessage(
    sources.map((source) => {
      try {
        const [parsed, error] = parser.parseToObject(source);
        return error ? null : parsed;
      } catch {
        return null;
      }
    }),
  );
});
