import { CommanderError } from 'commander';
import { createProgram } from './program.ts';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(); // the reader, for example head, has seen enough
  throw error;
});

if (process.env.GITHUB_ACTIONS) (await import('./github/workflow-commands.ts')).guardOutput();

try {
  const program = await createProgram(process.argv.slice(2));
  await program.parseAsync(process.argv);
} catch (error) {
  const isHelp = error instanceof CommanderError && error.exitCode === 0;
  if (!isHelp) {
    const { reportError } = await import('./report-error.ts');
    process.exitCode = reportError(error, process.argv.includes('--json'));
  }
}
