import type { PolicyReport } from '@deployment-engine/contracts';
import { asArray, asRecord, asString } from '@deployment-engine/terraform-code';
import { ReportBuilder } from '../plan/report-builder.ts';
import type { PolicySettings } from '../plan/settings.ts';
import { acceptedProviders } from './checks/provider-arguments.ts';
import { preflightRules } from './rules.ts';

/**
 * Checks a state file (`terraform.tfstate`, version 4): Terraform installs and runs every provider in it,
 * whatever the code says.
 */
export function checkState(state: unknown, settings: PolicySettings): PolicyReport {
  const builder = new ReportBuilder(settings);
  const { mode, ...rule } = preflightRules['PRE-PROVIDER'];
  for (const resource of asArray(asRecord(state).resources).map(asRecord)) {
    const text = asString(resource.provider);
    // For example `module.a.provider["registry.terraform.io/hashicorp/aws"].west`.
    const subject = /provider\["([^"]+)"\]/.exec(text)?.[1] ?? text;
    if (!acceptedProviders.has(subject.toLowerCase()))
      builder.add({
        id: 'PRE-PROVIDER',
        defaultMode: mode,
        ...rule,
        address: [resource.module, resource.type, resource.name].filter(Boolean).join('.'),
        subject,
        message: 'the state names a provider that is not on the allow-list',
      });
  }
  return builder.build();
}
