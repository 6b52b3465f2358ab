/** Source files in which faults are planted, and the test files that should notice. Both are globs below the repository. */
export type VitalModule = { mutate: string[]; tests: string[] };

/** Whatever decides what is deployed, who may, what is kept and what is shown. `npm run mutate NAME…` tests some of them. */
export const vitalModules: Record<string, VitalModule> = {
  claim: {
    mutate: ['gateway/src/jobs/claim.ts'],
    tests: ['gateway/test/{leases,claims}.test.ts'],
  },
  transitions: {
    mutate: ['gateway/src/jobs/{transition,write-job}.ts', 'packages/contracts/src/job.ts'],
    tests: ['packages/contracts/src/job.test.ts', 'gateway/test/{leases,claims}.test.ts'],
  },
  gates: {
    mutate: ['gateway/src/jobs/worker/gate-decision.ts', 'gateway/src/jobs/approve.ts'],
    tests: ['gateway/src/jobs/worker/gate-decision.test.ts', 'gateway/test/approve-job.test.ts'],
  },
  idempotency: {
    mutate: ['gateway/src/jobs/idempotency.ts'],
    tests: ['gateway/src/jobs/idempotency.test.ts', 'gateway/test/idempotency.test.ts'],
  },
  states: {
    mutate: ['gateway/src/projects/states/{store,diff,differences,redact-state,outputs}.ts'],
    tests: ['gateway/src/projects/states/*.test.ts', 'gateway/test/states.test.ts'],
  },
  plans: {
    mutate: ['gateway/src/projects/plans/{seal,made-from}.ts'],
    tests: ['gateway/src/projects/plans/*.test.ts', 'gateway/test/plan-seal.test.ts'],
  },
  recovery: {
    mutate: ['gateway/src/jobs/recovery/{losses,match-calls,provider-value,state-objects,journal-calls}.ts'],
    tests: ['gateway/src/jobs/recovery/*.test.ts'],
  },
  access: {
    mutate: ['gateway/src/access/{api-key,jwt,exceeds-blast-radius,scope-filter,rate-limits}.ts'],
    tests: ['gateway/src/access/*.test.ts', 'gateway/test/scope-filter.test.ts'],
  },
  signatures: {
    mutate: ['packages/runner-api/src/{runner-signature,revision-digest}.ts'],
    tests: ['packages/runner-api/src/*.test.ts'],
  },
  audit: {
    mutate: ['packages/service/src/{audit-chain,audit-hash}.ts'],
    tests: ['packages/service/src/*.test.ts'],
  },
  redaction: {
    mutate: ['gateway/src/projects/redaction/*.ts'],
    tests: ['gateway/src/projects/redaction/*.test.ts', 'gateway/src/http/redact-answer.test.ts'],
  },
  'policy-settings': {
    mutate: ['gateway/src/policy/{weakenings,effective-settings}.ts', 'packages/policy/src/plan/settings.ts'],
    tests: [
      'gateway/src/policy/{weakenings,effective-settings}.test.ts',
      'packages/policy/src/plan/settings.test.ts',
    ],
  },
  exemptions: {
    mutate: ['packages/policy/src/plan/{report-builder,evaluate-result}.ts'],
    tests: ['packages/policy/src/plan/*.test.ts'],
  },
  preflight: {
    mutate: [
      'packages/policy/src/preflight/checks/{assume-role,blocks,modules,path-arguments,provider-arguments,providers,resources}.ts',
    ],
    tests: [
      'packages/policy/src/preflight/checks/{blocks,modules,path-arguments,providers,resources}.test.ts',
      'packages/policy/src/preflight/preflight.test.ts',
    ],
  },
  'preflight-expressions': {
    mutate: [
      'packages/policy/src/preflight/checks/{constant-number,cost-of-calls,cost-of-values,functions,known-functions,object-count}.ts',
    ],
    tests: [
      'packages/policy/src/preflight/checks/{constant-number,cost-of-values,functions}.test.ts',
      'packages/policy/src/preflight/{object-count,preflight}.test.ts',
    ],
  },
  costs: {
    mutate: ['packages/pricing/src/{amounts,estimate,cost-diff,discounts,judge-budget,quantity}.ts'],
    tests: [
      'packages/pricing/src/{amounts,budget,cost-diff,discounts,estimate,estimate-report,judge-budget,quantity}.test.ts',
    ],
  },
  paths: {
    mutate: ['packages/contracts/src/{path-rule,files}.ts'],
    tests: ['packages/contracts/src/{path-rule,files}.test.ts'],
  },
  egress: {
    mutate: ['terraform-runner/src/egress/{addresses,allow-list,proxy,resolve}.ts'],
    tests: ['terraform-runner/src/egress/*.test.ts'],
  },
  sandbox: {
    mutate: ['terraform-runner/src/sandbox/{mounts,limits,neutral-paths}.ts'],
    tests: ['terraform-runner/src/sandbox/*.test.ts'],
  },
  'stop-adopt-watch': {
    mutate: [
      'terraform-runner/src/terminate/{stop-command,timeout,cancel}.ts',
      'terraform-runner/src/process/{identity,tail}.ts',
      'terraform-runner/src/workdir/watch-state.ts',
    ],
    tests: ['terraform-runner/src/{terminate,process,workdir,runs}/*.test.ts'],
  },
};
