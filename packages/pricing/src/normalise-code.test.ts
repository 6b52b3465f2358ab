// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Terraform's placeholders, not ours
import { estimate } from './estimate.ts';
import { normaliseCode } from './normalise-code.ts';

describe('code', () => {
  const files = [
    {
      variable: { region: [{ default: 'eu-west-1' }], sizes: [{ default: ['a', 'b'] }] },
      locals: [{ size: 't3.large' }],
      provider: { aws: [{ region: '${var.region}' }, { alias: 'west', region: 'us-west-2' }] },
      resource: {
        aws_instance: { web: [{ count: 2, instance_type: '${local.size}', provider: '${aws.west}' }] },
        aws_s3_bucket: { b: [{ for_each: '${toset(var.sizes)}', bucket: '${each.key}-${var.region}' }] },
        aws_eip: { e: [{ count: '${length(data.x.y.z)}' }] },
        aws_autoscaling_group: {
          g: [{ desired_capacity: 1, launch_template: [{ id: '${aws_launch_template.t.id}' }] }],
        },
        aws_launch_template: { t: [{ instance_type: 'm5.large' }] },
      },
      module: {
        m: [{ source: './m', size: 3 }],
        network: [{ source: 'terraform-aws-modules/vpc/aws', count: 2 }],
        none: [{ source: 'terraform-aws-modules/vpc/aws', count: 0 }],
      },
    },
  ];
  const modules = {
    './m': [{ variable: { size: [{}] }, resource: { aws_ebs_volume: { v: [{ size: '${var.size}' }] } } }],
  };
  const { resources, unfollowed } = normaliseCode({ files, modules });
  const byAddress = new Map(resources.map((resource) => [resource.address, resource]));

  test('counts, repeats and nests', () => {
    expect(resources.map(({ address }) => address).toSorted()).toStrictEqual([
      'aws_autoscaling_group.g',
      'aws_eip.e',
      'aws_instance.web[0]',
      'aws_instance.web[1]',
      'aws_launch_template.t',
      'aws_s3_bucket.b["a"]',
      'aws_s3_bucket.b["b"]',
      'module.m.aws_ebs_volume.v',
    ]);
  });

  test('resolves variables, locals, aliases and references', () => {
    expect(byAddress.get('aws_instance.web[1]')?.region).toBe('us-west-2');
    expect(byAddress.get('aws_instance.web[1]')?.values.instance_type).toBe('t3.large');
    expect(byAddress.get('aws_s3_bucket.b["a"]')?.values.bucket).toBe('a-eu-west-1');
    expect(byAddress.get('module.m.aws_ebs_volume.v')?.values.size).toBe(3);
    expect(byAddress.get('aws_eip.e')?.unknown.count).toBe(true);
    const group = estimate(resources).resources.find(({ type }) => type === 'aws_autoscaling_group');
    expect(group?.status).toBe('priced');
  });

  test("reads another resource's arguments, not its computed attributes", () => {
    const group = { name: 'shop', location: '${var.place}' };
    const server = (location: string) => [{ location, size: 'Standard_D2s_v3' }];
    const { resources: found } = normaliseCode({
      files: [
        {
          variable: { place: [{ default: 'West Europe' }] },
          resource: {
            azurerm_resource_group: { main: [group], many: [{ ...group, count: 2 }] },
            azurerm_linux_virtual_machine: {
              known: server('${azurerm_resource_group.main.location}'),
              computed: server('${azurerm_resource_group.main.id}'),
              counted: server('${azurerm_resource_group.many.location}'),
            },
          },
        },
      ],
    });
    const regions = Object.fromEntries(found.map(({ address, region }) => [address, region]));
    expect(regions['azurerm_linux_virtual_machine.known']).toBe('westeurope');
    expect(regions['azurerm_linux_virtual_machine.computed']).toBe(null);
    expect(regions['azurerm_linux_virtual_machine.counted']).toBe(null);
  });

  test('names the modules it does not follow, and the estimate lists them', () => {
    const source = 'terraform-aws-modules/vpc/aws';
    const addresses = ['module.network[0]', 'module.network[1]'];
    expect(unfollowed).toStrictEqual(addresses.map((address) => ({ address, source })));
    const answer = estimate(resources, { unfollowed });
    const listed = answer.unpriced.filter(({ reason }) => reason === 'not_followed');
    expect(listed.map(({ address }) => address)).toStrictEqual(addresses);
    expect(listed[0]?.detail ?? '').toMatch(/terraform-aws-modules\/vpc\/aws/);
    expect(answer.resourceCounts.module).toBe(undefined);
  });
});
