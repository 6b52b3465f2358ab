/** A component of one of the engine's kinds. */
export type CloudComponent = { kind: string; spec?: object; metadata?: object };

const specs: Record<string, object> = {
  RDS: {
    engine: { type: 'postgres', version: '15.4' },
    instance: { class: 'db.t3.medium', storage: { type: 'gp3', allocatedGB: 50 } },
    database: { name: 'data', username: 'dbadmin' },
  },
};

/** Returns a deployment repository with one stack, its components by `service/component`. */
export function cloudRepository(
  components: Record<string, CloudComponent>,
  { stack = 'cloud', spec = {} }: { stack?: string; spec?: object } = {},
): Record<string, string> {
  const files: Record<string, string> = {
    [`stacks/${stack}/stack.yaml`]: document(
      'core',
      'Stack',
      { name: stack },
      { provider: { name: 'aws', region: 'us-east-1' }, ...spec },
    ),
  };
  for (const [id, { kind, spec: own, metadata }] of Object.entries(components)) {
    const [service = '', name = ''] = id.split('/');
    const folder = `stacks/${stack}/services/${service}`;
    files[`${folder}/service.yaml`] = document('core', 'Service', { name: service }, {});
    files[`${folder}/components/${name}/main.yaml`] = document(
      'components',
      kind,
      { name, ...metadata },
      { ...specs[kind], ...own },
    );
  }
  return files;
}

/** JSON is YAML. */
function document(group: string, kind: string, metadata: object, spec: object): string {
  return JSON.stringify({ apiVersion: `${group}.deployer.io/v1`, kind, metadata, spec });
}
