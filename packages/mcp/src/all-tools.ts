import type { Tool } from './call/tool.ts';
import { cancelTool } from './cancel-tool.ts';
import { checkTools } from './projects/check-tools.ts';
import { deployTools } from './projects/deploy-tools.ts';
import { lookTools } from './projects/look-tools.ts';
import { stackDeployTools } from './stacks/stack-deploy-tools.ts';
import { stackLookTools } from './stacks/stack-look-tools.ts';

/** Every tool; with folders where the server runs on the caller's machine. */
export function allTools(hasFolders: boolean): Tool[] {
  return [
    ...checkTools(hasFolders),
    ...deployTools(hasFolders),
    ...lookTools,
    cancelTool,
    ...stackDeployTools(hasFolders),
    ...stackLookTools(hasFolders),
  ];
}
