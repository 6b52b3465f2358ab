import { SignJWT } from 'jose';
import { v7 as uuid } from 'uuid';
import type { Context } from '../../../context.ts';
import { signingKey } from './signing-keys.ts';

export const tokenLifeSeconds = 300;

/** Returns the subject that a role's trust policy names, so that one project can't assume another's role. */
export function subjectOf(projectId: string): string {
  return `project:${projectId}`;
}

/** Returns a token that names its project or cloud account and is valid for five minutes. */
export async function webIdentityToken(
  context: Context,
  token: { subject: string; jobId: string; audience: string },
): Promise<string> {
  const { kid, algorithm, key } = await signingKey(context);
  return new SignJWT({ job_id: token.jobId })
    .setProtectedHeader({ alg: algorithm, kid, typ: 'JWT' })
    .setIssuer(context.config.oidcIssuerUrl ?? '')
    .setSubject(token.subject)
    .setAudience(token.audience)
    .setIssuedAt()
    .setExpirationTime(`${tokenLifeSeconds}s`)
    .setJti(uuid())
    .sign(key);
}
