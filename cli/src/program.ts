import { Command } from 'commander';
import { auditCommand } from './commands/audit.ts';
import { backupCommand } from './commands/backup.ts';
import { costsCommand } from './commands/costs.ts';
import { doctorCommand } from './commands/doctor.ts';
import { graphCommand } from './commands/graph.ts';
import { keysCommand } from './commands/keys.ts';
import { kindsCommand } from './commands/kinds.ts';
import { policyCommand } from './commands/policy.ts';
import { restoreCommand } from './commands/restore.ts';
import { secretsCommand } from './commands/secrets.ts';
import { validateCommand } from './commands/validate.ts';

/** Creates `deployer`, the engine's command line; it uses only the public API. */
export function createProgram(): Command {
  return new Command('deployer')
    .description('Command line of the Deployment Engine')
    .option('--url <url>', 'address of the engine', process.env.DEPLOYER_URL ?? 'http://127.0.0.1:3000')
    .option('--token-file <file>', 'file with an API key or token; without it DEPLOYER_TOKEN is used')
    .option('--json', 'print JSON')
    .showHelpAfterError()
    .addCommand(backupCommand())
    .addCommand(restoreCommand())
    .addCommand(costsCommand())
    .addCommand(doctorCommand())
    .addCommand(keysCommand())
    .addCommand(secretsCommand())
    .addCommand(auditCommand())
    .addCommand(policyCommand())
    .addCommand(validateCommand())
    .addCommand(graphCommand())
    .addCommand(kindsCommand());
}
