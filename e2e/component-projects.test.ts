import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ComponentPlan,
  componentFiles,
  plannedOutputs,
  refinementProblems,
  stackPlan,
  withoutPending,
} from '@deployment-engine/stacks';
import { hasMark, type TerraformPlan } from '@deployment-engine/terraform-code';
import { describeUnless } from '../scripts/jest/unless.ts';
import { plannedProject, writeProject } from '../testing/kinds/component-project.ts';
import { type LocalAws, skipWithoutAws, startLocalAws } from '../testing/local-aws.ts';
import { repoOpen } from '../testing/stacks/repo-open.ts';

/** What the other components of the example would answer. */
const outputs: Record<string, unknown> = {
  '_foundation.vpcId': 'vpc-0123456789abcdef0',
  '_foundation.privateSubnetIds': ['subnet-0123456789abcdef1', 'subnet-0123456789abcdef0'],
  '_foundation.publicSubnetIds': ['subnet-0123456789abcdef2', 'subnet-0123456789abcdef3'],
  '_foundation.internalCidrs': ['10.0.0.0/16'],
  '_foundation.clusterArn': 'arn:aws:ecs:us-east-1:123456789012:cluster/user-platform-development',
  '_foundation.clusterName': 'user-platform-development',
  '_foundation.namespaceId': 'ns-0123456789abcdef',
  '_foundation.namespaceName': 'user-platform.local',
  'user-service/cache.endpoint': 'cache.internal',
  'user-service/database.endpoint': 'database.internal',
  'user-service/events.url': 'https://sqs.us-east-1.amazonaws.com/123456789012/events',
};

describeUnless(skipWithoutAws())("components' projects with the real provider", () => {
  const { kinds, resolution } = repoOpen();
  const { components } = stackPlan(resolution, kinds);
  const root = mkdtempSync(join(tmpdir(), 'component-projects-'));
  let aws: LocalAws;
  let together: TerraformPlan;

  beforeAll(async () => {
    aws = await startLocalAws();
    together = await plannedTogether();
  });
  afterAll(async () => {
    await aws.stop();
    rmSync(root, { recursive: true, force: true });
  });

  function filesOf(component: ComponentPlan): Record<string, string> {
    const kind = kinds.kinds.get(component.kind);
    if (!kind) throw new Error(`no kind ${component.kind}`);
    const { stack, environment } = resolution;
    const provider = { region: 'us-east-1', accountId: '123456789012' };
    return componentFiles({ stack, environment, component, kind, provider });
  }

  function componentOf(id: string): ComponentPlan {
    const component = components.find((each) => each.id === id);
    if (!component) throw new Error(`no component ${id}`);
    return component;
  }

  function inputsOf({ inputs }: ComponentPlan): Record<string, unknown> {
    return Object.fromEntries(inputs.map(({ name }) => [name, outputs[name]]));
  }

  const moduleName = (id: string) => id.replace('/', '_');

  /** What a project's own plan would say of the resources of a module. */
  function ofModule(plan: TerraformPlan, name: string): TerraformPlan {
    const prefix = `module.${name}.`;
    const changes = plan.resource_changes?.filter(({ address }) => address.startsWith(prefix)) ?? [];
    return {
      resource_changes: changes.map((change) => ({
        ...change,
        address: change.address.slice(prefix.length),
      })),
    };
  }

  /** Plans all components at once, to start the provider once: one module each, with everything pending. */
  async function plannedTogether(): Promise<TerraformPlan> {
    const folder = join(root, 'all');
    const call = (name: string, source: string, variables: string) =>
      `module "${name}" {\n  source = "./${source}"\n  ${variables}\n}\n`;
    const calls = components.map((component) => {
      const name = moduleName(component.id);
      writeProject(join(folder, name), filesOf(component));
      return call(name, name, `pending = ${JSON.stringify(component.inputs.map((input) => input.name))}`);
    });
    const database = componentOf('user-service/database');
    const known = call('known', moduleName(database.id), `inputs = ${JSON.stringify(inputsOf(database))}`);
    const ofApi = componentOf('user-service/api').outputs.map(
      (name) => `output "${name}" {\n  value = module.user-service_api.${name}\n}\n`,
    );
    writeProject(folder, { 'main.tf': [...calls, known, ...ofApi].join('') });
    return plannedProject(folder, {}, aws.env);
  }

  test('every component is valid and can be planned before any of its inputs is known', () => {
    const planned = new Set(
      together.resource_changes?.map(({ address }) => address.split('.module.component.')[0]),
    );
    for (const { id } of components) expect(planned).toContain(`module.${moduleName(id)}`);
    const tagged = { Stack: 'user-platform', Environment: 'development', ManagedBy: 'deployment-engine' };
    for (const [id, type] of [
      ['user-service/events', 'aws_sqs_queue'],
      ['user-service/uploads', 'aws_s3_bucket'],
      ['auth-service/sessions', 'aws_dynamodb_table'],
    ] as const) {
      const { service, name: Component, labels } = componentOf(id);
      const changes = ofModule(together, moduleName(id)).resource_changes ?? [];
      expect(changes.find((each) => each.type === type)?.change.after).toMatchObject({
        tags_all: { ...tagged, Service: service, Component, ...labels },
      });
      expect(changes.filter(({ address }) => address.startsWith('terraform_data'))).toStrictEqual([]);
    }
  });

  test('the plan of a service refines its preview, and a secret input is sensitive in it', async () => {
    const component = componentOf('user-service/api');
    const preview = { ...ofModule(together, 'user-service_api'), output_changes: together.output_changes };
    const { 'user-service/database.endpoint': secret, ...inputs } = inputsOf(component);
    const secret_inputs = { 'user-service/database.endpoint': secret };
    writeProject(join(root, 'api'), filesOf(component));
    const real = await plannedProject(join(root, 'api'), { inputs, secret_inputs }, aws.env);

    expect(withoutPending(preview).resource_changes?.map(({ address }) => address)).toStrictEqual(
      real.resource_changes?.map(({ address }) => address),
    );
    expect(refinementProblems(preview, real)).toStrictEqual([]);
    expect(refinementProblems(real, preview).map(({ address }) => address)).toContain('output.url');
    expect(plannedOutputs(preview)).toMatchObject({
      known: { image: '123456789012.dkr.ecr.us-east-1.amazonaws.com/user-api:v1.0.0' },
      unknown: expect.arrayContaining(['url', 'clusterName']),
    });
    expect(plannedOutputs(real).known).toMatchObject({
      clusterName: 'user-platform-development',
      url: 'http://user-service-api.user-platform.local:8080',
    });
    const sensitive = real.resource_changes?.filter(({ change }) => hasMark(change.after_sensitive));
    expect(sensitive?.map(({ type }) => type)).toStrictEqual(['aws_ecs_task_definition']);
    expect(sensitive?.[0]?.change.after_sensitive).toMatchObject({ container_definitions: true });
  });

  test('the plan of a database refines its preview; one of another size does not', () => {
    const [preview, real] = [ofModule(together, 'user-service_database'), ofModule(together, 'known')];
    expect(refinementProblems(preview, real)).toStrictEqual([]);
    const other = structuredClone(real);
    const database = other.resource_changes?.find(({ type }) => type === 'aws_db_instance')?.change;
    Object.assign(database?.after as object, { instance_class: 'db.r6g.16xlarge' });
    expect(refinementProblems(preview, other)).toStrictEqual([
      {
        address: 'module.component.aws_db_instance.this[0]',
        message: expect.stringMatching(
          /^instance_class was approved as "db\..*" and is "db\.r6g\.16xlarge"$/,
        ),
      },
    ]);
  });
});
