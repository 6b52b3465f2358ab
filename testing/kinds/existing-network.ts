import type { LocalAws } from '../local-aws.ts';

/** Creates a VPC with a subnet, as a stack finds one that is not its own. Returns the VPC's id. */
export async function createNetwork(aws: LocalAws): Promise<string> {
  const create = async (action: string, id: RegExp) => {
    const answer = await aws.call('ec2', { query: `Action=${action}&Version=2016-11-15` });
    const found = id.exec(answer)?.[0];
    if (!found) throw new Error(`creating a network: ${answer.slice(0, 500)}`);
    return found;
  };
  const vpcId = await create('CreateVpc&CidrBlock=10.30.0.0/16', /vpc-[0-9a-f]{8,}/);
  await create(`CreateSubnet&CidrBlock=10.30.1.0/24&VpcId=${vpcId}`, /subnet-[0-9a-f]{8,}/);
  return vpcId;
}
