import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { isJson } from '../connection.ts';
import { CliError, UsageError } from '../exit-code.ts';
import { stackName } from '../stack/stack-name.ts';

const namePattern = /^[a-z][a-z0-9-]{0,62}$/;

export function stackCommand(): Command {
  return new Command('stack').addCommand(
    new Command('init')
      .description('write the files of a new stack; existing ones are not changed')
      .argument('<name>', 'lower-case letters, digits and hyphens')
      .option('--environments <names>', 'separated by commas', 'development,staging,production')
      .option('--region <region>', 'where it runs', 'us-east-1')
      .action(async (name: string, options: { environments: string; region: string }, command: Command) => {
        requireName(name);
        const environments = options.environments.split(',').map((each) => each.trim());
        environments.forEach(requireName);
        await write(command, stackFiles(name, environments, options.region));
      }),
  );
}

export function serviceCommand(): Command {
  return new Command('service').addCommand(
    new Command('add')
      .description('write the files of a new service; existing ones are not changed')
      .argument('<name>', 'lower-case letters, digits and hyphens')
      .option('--stack <name>', 'the stack; may be left out if the repository has one')
      .action(async (name: string, options: { stack?: string }, command: Command) => {
        requireName(name);
        const stack = await stackName(options.stack);
        await write(command, serviceFiles(stack, name));
      }),
  );
}

function requireName(name: string): void {
  if (!namePattern.test(name))
    throw new UsageError(
      `the name ${name} is not allowed; use lower-case letters, digits and hyphens, with a letter first`,
    );
}

function stackFiles(stack: string, environments: string[], region: string): Record<string, string> {
  const base = `stacks/${stack}`;
  return {
    [`${base}/stack.yaml`]: `apiVersion: core.deployer.io/v1
kind: Stack
metadata:
  name: ${stack}
spec:
  provider:
    name: aws
    region: ${region}
`,
    [`${base}/infra/defaults.yaml`]: `apiVersion: infra.deployer.io/v1
kind: InfraDefaults
metadata:
  name: defaults
  stack: ${stack}
spec: {}
`,
    ...Object.fromEntries(
      environments.map((environment) => [
        `${base}/environments/${environment}/stack.yaml`,
        `apiVersion: core.deployer.io/v1
kind: Stack
metadata:
  name: ${stack}
spec: {}
`,
      ]),
    ),
  };
}

function serviceFiles(stack: string, service: string): Record<string, string> {
  const base = `stacks/${stack}/services/${service}`;
  return {
    [`${base}/service.yaml`]: `apiVersion: core.deployer.io/v1
kind: Service
metadata:
  name: ${service}
  stack: ${stack}
spec: {}
`,
    [`${base}/components/queue/sqs.yaml`]: `# An example; the kinds are listed by: deployer kinds list
apiVersion: components.deployer.io/v1
kind: SQS
metadata:
  name: queue
  service: ${service}
  stack: ${stack}
spec: {}
`,
  };
}

async function write(command: Command, files: Record<string, string>): Promise<void> {
  const written: string[] = [];
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(path), { recursive: true });
    if (await writeNew(join('.', path), content)) written.push(path);
  }
  if (written.length === 0) throw new CliError('all of its files exist already; nothing was changed');
  console.log(
    isJson(command) ? JSON.stringify({ written }) : written.map((path) => `wrote ${path}`).join('\n'),
  );
}

/** Returns false if the file exists. */
async function writeNew(path: string, content: string): Promise<boolean> {
  try {
    await writeFile(path, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new CliError(`writing ${path}: ${(error as Error).message}`);
  }
}
