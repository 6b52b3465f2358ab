import axios from 'axios';
import { z } from 'zod';
import { type TemporaryCredentials, WebIdentityError } from './assume-role.ts';

const timeoutMs = 10_000;
const maxAnswerBytes = 64 * 1024;
const scope = 'https://www.googleapis.com/auth/cloud-platform';

/** Google's addresses. */
const google = { tokens: 'https://sts.googleapis.com', accounts: 'https://iamcredentials.googleapis.com' };

const federatedSchema = z.object({ access_token: z.string().min(16), expires_in: z.number().positive() });
const accountTokenSchema = z.object({ accessToken: z.string().min(16), expireTime: z.iso.datetime() });

/**
 * Exchanges a token of the engine for an access token of Google, of the pool's identity or of a service account that it may act as.
 * Sources: https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token and
 * https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken
 */
export async function exchangeForGoogle(
  given: { token: string; audience: string; subject: string; serviceAccount: string | undefined },
  addresses = google,
): Promise<TemporaryCredentials> {
  const { token, audience, subject, serviceAccount } = given;
  const doing = `exchanging a token of ${subject} at ${audience}`;
  const federated = await post(doing, federatedSchema, `${addresses.tokens}/v1/token`, {
    grantType: 'urn:ietf:params:oauth:grant-type:token-exchange',
    audience,
    scope,
    requestedTokenType: 'urn:ietf:params:oauth:token-type:access_token',
    subjectTokenType: 'urn:ietf:params:oauth:token-type:jwt',
    subjectToken: token,
  });
  if (serviceAccount === undefined)
    return temporary(federated.access_token, new Date(Date.now() + federated.expires_in * 1000));
  const acting = `acting as ${serviceAccount} with a token of ${subject}`;
  const path = `/v1/projects/-/serviceAccounts/${serviceAccount}:generateAccessToken`;
  const own = await post(
    acting,
    accountTokenSchema,
    addresses.accounts + path,
    { scope: [scope], lifetime: '3600s' },
    federated.access_token,
  );
  return temporary(own.accessToken, new Date(own.expireTime));
}

function temporary(token: string, expiresAt: Date): TemporaryCredentials {
  return { environment: { GOOGLE_OAUTH_ACCESS_TOKEN: token }, expiresAt };
}

async function post<Answer>(
  doing: string,
  schema: z.ZodType<Answer>,
  url: string,
  body: object,
  bearer?: string,
): Promise<Answer> {
  const answer = await axios
    .post<unknown>(url, body, {
      headers: bearer ? { authorization: `Bearer ${bearer}` } : {},
      timeout: timeoutMs,
      maxRedirects: 0,
      maxContentLength: maxAnswerBytes,
      validateStatus: () => true,
    })
    .catch((error) => {
      throw new WebIdentityError(`${doing}: Google does not answer: ${error.code ?? 'no connection'}`);
    });
  if (answer.status !== 200)
    throw new WebIdentityError(
      `${doing}: Google refuses it with ${answer.status}; does the pool name this issuer and the subject, and may the identity act as the service account?`,
    );
  const parsed = schema.safeParse(answer.data);
  if (!parsed.success) throw new WebIdentityError(`${doing}: Google answered without a token`);
  return parsed.data;
}
