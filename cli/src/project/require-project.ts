import type { Client } from '@deployment-engine/client';

/** Throws `project_not_found` if there is no such project; for answers that are the same then as for an empty project. */
export async function requireProject(client: Client, projectId: string): Promise<void> {
  await client.history({ params: { projectId }, query: { limit: 1 } });
}
