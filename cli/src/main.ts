import { CliError } from './cli-error.ts';
import { createProgram } from './program.ts';

try {
  await createProgram().parseAsync(process.argv);
} catch (error) {
  console.error(error instanceof CliError ? `deployer: ${error.message}` : error);
  process.exitCode = 1;
}
