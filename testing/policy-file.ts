import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** An operator's policy that lets code run programs, by which some tests make an apply slow. */
export const allowsProvisioners = {
  exemptions: [{ id: 'PRE-PROVISIONER', who: 'the tests', why: 'an apply has to take its time' }],
};

/** Writes an operator's policy; returns the setting with its path. */
export async function policyFile(directory: string, policy: unknown): Promise<{ POLICY_FILE: string }> {
  const path = join(directory, 'policy.json');
  await writeFile(path, JSON.stringify(policy));
  return { POLICY_FILE: path };
}
