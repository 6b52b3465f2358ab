import type { Command } from 'commander';

/** A command's place in the help, and how to load it. */
export type Listed = { summary: string; alias?: string; load: () => Promise<Command> };

/** Every command of `deployer`, by group and name. */
export const groups: Record<string, Record<string, Listed>> = {
  Deploy: {
    deploy: {
      summary: 'deploy a folder of Terraform code as a project, or a stack of a deployment repository',
      alias: 'apply',
      load: async () => (await import('./deploy.ts')).deployCommand(),
    },
    plan: {
      summary: 'show what a deploy would change; nothing is changed',
      load: async () => (await import('./plan.ts')).planCommand(),
    },
    destroy: {
      summary: 'destroy everything that a project, or a part of a stack, has deployed',
      load: async () => (await import('./destroy.ts')).destroyCommand(),
    },
    rollback: {
      summary: 'deploy again what was deployed before',
      load: async () => (await import('./rollback.ts')).rollbackCommand(),
    },
    promote: {
      summary: 'deploy to an environment what another one runs: the same repository and variables',
      load: async () => (await import('./promote.ts')).promoteCommand(),
    },
  },
  Decide: {
    approve: {
      summary:
        'approve the plan of a job, or all plans of a pipeline, that wait for approval, and watch the apply',
      load: async () => (await import('./decide.ts')).approveCommand(),
    },
    reject: {
      summary: 'cancel a job or pipeline that waits for approval; nothing is changed',
      load: async () => (await import('./decide.ts')).rejectCommand(),
    },
    cancel: {
      summary: 'cancel a job or pipeline; a running one is interrupted, and what it has made stays',
      load: async () => (await import('./decide.ts')).cancelCommand(),
    },
    resume: {
      summary: 'deploy what a failed or cancelled pipeline has not deployed',
      load: async () => (await import('./decide.ts')).resumeCommand(),
    },
  },
  Look: {
    status: {
      summary: "status of a job or pipeline, of a project's newest job, or of a stack's components",
      load: async () => (await import('./status.ts')).statusCommand(),
    },
    list: {
      summary: 'list projects, jobs, stacks or pipelines',
      load: async () => (await import('./list.ts')).listCommand(),
    },
    show: {
      summary: 'show what a project, stack or component has deployed',
      load: async () => (await import('./show.ts')).showCommand(),
    },
    history: {
      summary: 'revisions of a project with their jobs, or pipelines of a stack, newest first',
      load: async () => (await import('./history.ts')).historyCommand(),
    },
    logs: {
      summary: 'the log of a job, or of the newest job of a project or component',
      load: async () => (await import('./logs.ts')).logsCommand(),
    },
    outputs: {
      summary: 'outputs of a project, stack or component',
      load: async () => (await import('./outputs.ts')).outputsCommand(),
    },
    costs: {
      summary: 'monthly costs of projects, plans and code, and the prices used',
      load: async () => (await import('./admin/costs/costs.ts')).costsCommand(),
    },
  },
  Check: {
    validate: {
      summary: 'check a folder of Terraform code, or a stack of a deployment repository; nothing is stored',
      load: async () => (await import('./validate.ts')).validateCommand(),
    },
    graph: {
      summary:
        'draw the resources of a project from its state, or the components of a stack, and what each needs',
      load: async () => (await import('./graph.ts')).graphCommand(),
    },
    drift: {
      summary: 'differences between what was deployed and the real objects',
      load: async () => (await import('./drift.ts')).driftCommand(),
    },
    policy: {
      summary: 'the policy of a project, and the findings of its newest job',
      load: async () => (await import('./admin/policy.ts')).policyCommand(),
    },
    kinds: {
      summary: 'kinds of components',
      load: async () => (await import('./admin/kinds.ts')).kindsCommand(),
    },
  },
  State: {
    state: {
      summary: 'state of a project or stack',
      load: async () => (await import('./state/state.ts')).stateCommand(),
    },
    orphans: {
      summary: 'objects that an interrupted apply may have left, and how they are settled',
      load: async () => (await import('./orphans.ts')).orphansCommand(),
    },
    unlock: {
      summary: 'end a stuck pipeline; a component whose Terraform may still run stays held; needs an admin',
      load: async () => (await import('./state/state.ts')).unlockCommand(),
    },
  },
  Repository: {
    init: {
      summary: "write deployer.yaml, which names a folder's project",
      load: async () => (await import('./init.ts')).initCommand(),
    },
    stack: {
      summary: 'stacks of the repository in the current folder',
      load: async () => (await import('./scaffold.ts')).stackCommand(),
    },
    service: {
      summary: 'services of the repository in the current folder',
      load: async () => (await import('./scaffold.ts')).serviceCommand(),
    },
  },
  Agents: {
    mcp: {
      summary: 'serve the Model Context Protocol on standard input and output: tools for an agent',
      load: async () => (await import('./mcp.ts')).mcpCommand(),
    },
  },
  Engine: {
    login: {
      summary: 'keep the address of an engine and a token for it; asks for both',
      load: async () => (await import('./login.ts')).loginCommand(),
    },
    logout: {
      summary: 'remove the token of login',
      load: async () => (await import('./login.ts')).logoutCommand(),
    },
    doctor: {
      summary: 'show what the engine protects and what not; exit code 1 if anything is unprotected or broken',
      load: async () => (await import('./admin/doctor.ts')).doctorCommand(),
    },
    keys: {
      summary: 'API keys: who may call the engine',
      load: async () => (await import('./admin/keys.ts')).keysCommand(),
    },
    secrets: {
      summary: "a project's secret variables and credentials; values are never shown",
      load: async () => (await import('./admin/secrets.ts')).secretsCommand(),
    },
    audit: {
      summary: 'the log of every change and every refused call',
      load: async () => (await import('./admin/audit.ts')).auditCommand(),
    },
    backup: {
      summary:
        'write the embedded database to a file; back up the state encryption key too, in a different place',
      load: async () => (await import('./admin/backup.ts')).backupCommand(),
    },
    restore: {
      summary: 'upload a backup; the engine restores it at its next start',
      load: async () => (await import('./admin/restore.ts')).restoreCommand(),
    },
  },
  'This command line': {
    completion: {
      summary: 'print a script that completes commands and options in a shell',
      load: async () => (await import('./completion.ts')).completionCommand(),
    },
    version: {
      summary: 'the version of the command line and of Node',
      load: async () => (await import('./version.ts')).versionCommand(),
    },
  },
};
