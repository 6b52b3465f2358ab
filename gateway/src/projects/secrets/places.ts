import { createHash } from 'node:crypto';

/** Associated data that binds a sealed data key to its project. */
export function dataKeyPlace(projectId: string): string {
  return `data-key|${projectId}`;
}

/** Associated data that binds a sealed secret to its project, kind and name. */
export function secretPlace(projectId: string, kind: string, name: string): string {
  const digest = createHash('sha256').update(name).digest('hex');
  return `secret|1|${projectId}|${kind}|${digest}`;
}
