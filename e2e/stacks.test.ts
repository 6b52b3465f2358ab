import { join } from 'node:path';
import { deployer } from '../testing/deployer.ts';
import { sharedEngine } from '../testing/shared-engine.ts';

const repository = join(import.meta.dirname, '../testing/stacks/repo-open');
const { engine } = sharedEngine();
const inProduction = ['--stack', 'user-platform', '--environment', 'production', '--var', 'VERSION=v1.0.0'];

test('the command validates a repository and draws its graph', async () => {
  const checked = await deployer(engine().url, 'validate', ...inProduction, repository);
  expect(checked).toMatch(/^stack user-platform is valid in production: \d+ components in \d+ waves\n/);
  expect(checked).toContain('user-service/database (RDS)');
  const drawn = await deployer(engine().url, 'graph', ...inProduction, '--format', 'mermaid', repository);
  expect(drawn).toMatch(/^flowchart LR\n {2}subgraph wave1/);
  expect(drawn).toContain('user-service/api<br/>MicroService');
});
