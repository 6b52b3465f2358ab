// Writes the examples of stacks in the OpenAPI document. Usage: node scripts/bootstrap.mjs scripts/stack-examples.ts
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readConfig } from '../gateway/src/config.ts';
import { startGateway } from '../gateway/src/gateway.ts';
import { createClient } from '../testing/client.ts';
import { seedCalls } from '../testing/stacks/seed-calls.ts';

const file = resolve(import.meta.dirname, '../gateway/src/http/stack-examples.json');

const directory = mkdtempSync(join(tmpdir(), 'examples-'));
try {
  await using gateway = await startGateway(
    readConfig({
      PORT: '0',
      RUNNER_TOKEN: 'only-for-these-examples',
      TERRAFORM_RUNNER_URL: 'none',
      DATA_DIR: join(directory, 'data'),
      WORKSPACES_DIR: join(directory, 'workspaces'),
      LOG_LEVEL: 'error',
    }),
  );
  const examples = await seedCalls(createClient(`http://127.0.0.1:${gateway.port}`));
  writeFileSync(file, `${JSON.stringify(examples, null, 2)}\n`);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
