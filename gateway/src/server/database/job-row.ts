import type { Selectable } from 'kysely';
import type { Database } from './schema.ts';

export type JobRow = Selectable<Database['jobs']>;
export type JobPatch = Partial<Omit<JobRow, 'id' | 'seq' | 'project_id' | 'type' | 'status' | 'lease_token'>>;

/** Proof that a worker owns a job; the token grows with every claim. */
export type Lease = { jobId: string; token: number };
