import { type UsageProfile, usageProfiles } from '@deployment-engine/contracts';
import { Command, Option } from 'commander';
import { connect } from '../../../connection.ts';
import { CliError } from '../../../exit-code.ts';
import { ownCommand } from '../../../messages/own-command.ts';
import { readProjectCode } from '../../../project/project-code.ts';
import { projectName } from '../../../project/project-name.ts';
import { withVariables } from '../../../target.ts';
import { note } from '../../../terminal/output-mode.ts';
import { costHistoryText, estimateText, planCostText, projectCostsText } from '../../../text/costs-text.ts';
import type { GivenVariables } from '../../../upload/variables.ts';
import { priceBookCommand } from './price-book.ts';

const newest = 50;

export function costsCommand(): Command {
  return new Command('costs')
    .addCommand(showCommand(), { isDefault: true })
    .addCommand(planCommand())
    .addCommand(codeCommand())
    .addCommand(historyCommand())
    .addCommand(priceBookCommand());
}

type PriceOptions = { profile?: UsageProfile; currency?: string };

function priced(command: Command): Command {
  return command
    .addOption(new Option('--profile <profile>', 'usage to assume if none is given').choices(usageProfiles))
    .option('--currency <code>', 'a currency for which the engine has an exchange rate');
}

function showCommand(): Command {
  return priced(new Command('show'))
    .description('show the monthly costs of a project')
    .argument('[project]', 'the project')
    .action(async (project: string | undefined, { profile, currency }: PriceOptions, command: Command) => {
      const { client, json } = connect(command);
      const params = { projectId: projectName(project) };
      const answer = await client.costs({ params, query: { profile, currency } });
      console.log(json ? JSON.stringify(answer) : projectCostsText(answer));
    });
}

function planCommand(): Command {
  return new Command('plan')
    .description('show what the plan of a job changes in the monthly costs, by resource')
    .argument('<job>', 'a job with a plan')
    .action(async (jobId: string, _options: unknown, command: Command) => {
      const { client, json } = connect(command);
      const { cost } = await client.jobPlan({ params: { jobId } });
      if (!cost)
        throw new CliError(
          `pricing the plan of ${jobId}: it cannot be priced; see ${ownCommand(`logs ${jobId}`)}, for example for an invalid usage.yml`,
        );
      console.log(json ? JSON.stringify(cost) : planCostText(jobId, cost));
    });
}

function codeCommand(): Command {
  return priced(withVariables(new Command('code')))
    .description('estimate the monthly costs of a folder of code; nothing is stored')
    .argument('[dir]', 'the folder; - reads one file of code from standard input', '.')
    .action(async (folder: string, options: PriceOptions & GivenVariables, command: Command) => {
      const { client, json } = connect(command);
      const { profile, currency } = options;
      const code = await readProjectCode(folder, options);
      const answer = await client.codeCosts({ body: { ...code, profile, currency } });
      console.log(json ? JSON.stringify(answer) : estimateText('the code', answer.costs));
    });
}

function historyCommand(): Command {
  return new Command('history')
    .description('show the costs of a project after each completed job, newest first')
    .argument('[project]', 'the project')
    .action(async (project: string | undefined, _options: unknown, command: Command) => {
      const { client, json } = connect(command);
      const params = { projectId: projectName(project) };
      const page = await client.costHistory({ params, query: { limit: newest } });
      console.log(json ? JSON.stringify(page) : costHistoryText(page));
      if (page.nextCursor !== null) note(`only the newest ${newest}`);
    });
}
