import { SignJWT } from 'jose';
import { v7 as uuid } from 'uuid';
import type { Context } from '../../../context.ts';
import { signingKey } from './signing-keys.ts';

const lifeSeconds = 300;

/** Returns the subject that a role's trust policy names, so that one project can't assume another's role. */
export function subjectOf(projectId: string): string {
  return `project:${projectId}`;
}

/** Returns a token that names its project and is valid for five minutes. */
export async function webIdentityToken(
  context: Context,
  token: { projectId: string; jobId: string; audience: string },
): Promise<string> {
  const { kid, algorithm, key } = await signingKey(context);
  return new SignJWT({ job_id: token.jobId })
    .setProtectedHeader({ alg: algorithm, kid, typ: 'JWT' })
    .setIssuer(context.config.oidcIssuerUrl ?? '')
    .setSubject(subjectOf(token.projectId))
    .setAudience(token.audience)
    .setIssuedAt()
    .setExpirationTime(`${lifeSeconds}s`)
    .setJti(uuid())
    .sign(key);
}
