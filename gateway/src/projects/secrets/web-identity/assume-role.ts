import type { WebIdentity } from '@deployment-engine/contracts';
import { DOMParser, onErrorStopParsing } from '@xmldom/xmldom';
import axios from 'axios';
import type { Context } from '../../../context.ts';
import { webIdentityToken } from './token.ts';

const timeoutMs = 10_000;

export type TemporaryCredentials = { environment: Record<string, string>; expiresAt: Date };

/** The role could not be assumed; the message is for the project's users. */
export class WebIdentityError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WebIdentityError';
  }
}

/**
 * Exchanges a token signed by the engine for credentials of the role of a project or a cloud account. The call needs no credentials.
 * Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
export async function assumeRole(
  context: Context,
  identity: WebIdentity,
  job: { id: string; projectId: string; subject: string },
): Promise<TemporaryCredentials> {
  const token = await webIdentityToken(context, {
    subject: job.subject,
    jobId: job.id,
    audience: 'sts.amazonaws.com',
  });
  const form = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: identity.roleArn,
    RoleSessionName: job.projectId.padEnd(2, '-'),
    DurationSeconds: String(identity.durationSeconds),
    WebIdentityToken: token,
  });
  const doing = `assuming the role ${identity.roleArn} for project ${job.projectId}`;
  const answer = await axios
    .post<string>(tokenServiceUrl(context, identity.region), form.toString(), {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      timeout: timeoutMs,
      maxRedirects: 0,
      responseType: 'text',
      validateStatus: () => true,
    })
    .catch((error) => {
      throw new WebIdentityError(`${doing}: the token service does not answer: ${error.message}`);
    });
  if (answer.status !== 200)
    throw new WebIdentityError(
      `${doing}: ${element(answer.data, 'Code') ?? answer.status}: ${element(answer.data, 'Message') ?? 'no message'}; ` +
        `does its trust policy name this issuer and the subject ${job.subject}?`,
    );
  return readCredentials(answer.data, doing);
}

function readCredentials(xml: string, doing: string): TemporaryCredentials {
  const [id, secret, session, expiration] = [
    'AccessKeyId',
    'SecretAccessKey',
    'SessionToken',
    'Expiration',
  ].map((name) => element(xml, name));
  if (!id || !secret || !session || !expiration)
    throw new WebIdentityError(`${doing}: the token service answered without credentials`);
  return {
    environment: { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: session },
    expiresAt: new Date(expiration),
  };
}

/** Returns the text of the first element with that name; `undefined` if there is none or the text is not XML. */
function element(xml: string, name: string): string | undefined {
  try {
    const answer = new DOMParser({ onError: onErrorStopParsing }).parseFromString(xml, 'text/xml');
    return answer.getElementsByTagName(name).item(0)?.textContent ?? undefined;
  } catch {
    return undefined;
  }
}

function tokenServiceUrl({ config }: Context, region: string): string {
  const { AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL } = config.cloudEnvironment;
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return AWS_ENDPOINT_URL_STS ?? AWS_ENDPOINT_URL ?? `https://sts.${region}.${domain}/`;
}
