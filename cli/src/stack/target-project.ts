import type { Client } from '@deployment-engine/client';
import { projectName } from '../project/project-name.ts';
import { isStack, type TargetOptions } from '../target.ts';
import { projectOfComponent } from './show.ts';

/** Returns the project that a command is about; for a stack's component, the one that deploys it. */
export async function targetProject(client: Client, options: TargetOptions, given?: string): Promise<string> {
  if (given === undefined && isStack(options)) return projectOfComponent(client, options);
  return projectName(given ?? options.project);
}
