import { stateOutputSchema } from '@deployment-engine/runner-api';
import { z } from 'zod';
import { readRegular } from '../files/regular-file.ts';
import { sha256 } from '../files/sha256.ts';

const stateSchema = z.looseObject({
  serial: z.number().int().default(0),
  lineage: z.string().default(''),
  outputs: z.record(z.string(), stateOutputSchema).default({}),
  resources: z.array(z.looseObject({ provider: z.string().default('') })).default([]),
});
export type TerraformState = z.infer<typeof stateSchema>;

export type StateFile = { raw: Buffer; sha256: string; content: TerraformState };

/** Parses a state; `undefined` if it is incomplete because Terraform is writing it. */
export function parseStateFile(raw: Buffer): StateFile | undefined {
  try {
    return { raw, sha256: sha256(raw), content: stateSchema.parse(JSON.parse(raw.toString('utf8'))) };
  } catch {
    return undefined;
  }
}

export async function readState(path: string): Promise<StateFile | undefined> {
  const raw = await readRegular(path);
  return raw && parseStateFile(raw);
}
