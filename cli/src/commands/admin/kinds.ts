import type { KindDetail, KindSummary } from '@deployment-engine/contracts';
import { Command } from 'commander';
import { connect } from '../../connection.ts';
import { kindsCheckCommand } from './kinds-check.ts';

export function kindsCommand(): Command {
  return new Command('kinds')
    .addCommand(kindsCheckCommand())
    .addCommand(
      new Command('list').description('list the kinds').action(async (_options, command: Command) => {
        const { client, json } = connect(command);
        const { kinds } = await client.kinds();
        console.log(json ? JSON.stringify(kinds) : kinds.map(kindLine).join('\n'));
      }),
    )
    .addCommand(
      new Command('show')
        .description('show a kind with the schema of its fields')
        .argument('<name>')
        .action(async (name: string, _options, command: Command) => {
          const { client, json } = connect(command);
          const kind = await client.kind({ params: { kind: name } });
          console.log(json ? JSON.stringify(kind) : kindText(kind));
        }),
    );
}

function kindLine({ name, group, stateful, outputs }: KindSummary): string {
  return `${name.padEnd(20)}  ${group.padEnd(10)}  ${stateful ? 'stateful' : '        '}  ${outputs.join(', ')}`;
}

function kindText({ name, aliases, group, stateful, usualMinutes, outputs, schema }: KindDetail): string {
  return [
    `${name} (${group}${stateful ? ', stateful' : ''})`,
    ...(aliases.length > 0 ? [`also: ${aliases.join(', ')}`] : []),
    `a first apply usually takes ${usualMinutes} min`,
    `outputs: ${outputs.join(', ')}`,
    'spec:',
    JSON.stringify(schema, null, 2),
  ].join('\n');
}
