import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { createRemoteJWKSet, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { type AwsCredentials, accessKeyOf, isSignedWith, type SignedCall } from './aws-signature.ts';

/** Whose tokens may take a role. */
export type Trust = { roleArn: string; issuer: string; audience: string; subject: string };

export type TokenService = {
  url: string;
  /** Sets where the issuer publishes its keys. */
  readKeysAt(jwksUrl: string): void;
  /** Subjects whose tokens were exchanged for credentials. */
  granted: string[];
  /** Actions that were signed with such credentials. */
  signed: string[];
  /** Actions that were refused, with the reason. */
  refused: string[];
  stop(): Promise<void>;
};

/**
 * Starts a local AWS that checks identities. It exchanges tokens for credentials as the trust policy says, and
 * forwards other calls to `upstream` if such credentials have signed them.
 */
export async function startTokenService(upstream: string, trust: Trust): Promise<TokenService> {
  const issued = new Map<string, AwsCredentials>();
  const [granted, signed, refused]: [string[], string[], string[]] = [[], [], []];
  let keys: JWTVerifyGetKey | undefined;
  const app = express().use(express.text({ type: () => true }));
  app.use(async ({ method, originalUrl: url, headers, body = '' }, response) => {
    const form = new URLSearchParams(body);
    const action = String(headers['x-amz-target'] ?? form.get('Action') ?? `${method} ${url}`);
    const refuse = (reason: string, message: string) => {
      refused.push(`${action}: ${reason}`);
      const error = `<Error><Code>AccessDenied</Code><Message>${message}</Message></Error>`;
      response.status(403).type('text/xml').send(`<ErrorResponse>${error}</ErrorResponse>`);
    };
    if (action === 'AssumeRoleWithWebIdentity')
      try {
        const subject = await subjectOf(form, trust, keys);
        const credentials = newCredentials();
        issued.set(credentials.id, credentials);
        granted.push(subject);
        return void response.type('text/xml').send(assumedRole(credentials));
      } catch (error) {
        return refuse(String(error), `Not authorized to perform sts:${action}`);
      }
    const call: SignedCall = { method, url, headers, body };
    const credentials = issued.get(accessKeyOf(call) ?? '');
    if (!credentials || !isSignedWith(credentials, call))
      return refuse(`signed by ${accessKeyOf(call)}`, 'The security token in the request is invalid');
    signed.push(action);
    const answer = await forward(upstream, call);
    response.status(answer.status).type(answer.headers.get('content-type') ?? 'text/xml');
    response.send(Buffer.from(await answer.arrayBuffer()));
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    readKeysAt(jwksUrl) {
      keys = createRemoteJWKSet(new URL(jwksUrl));
    },
    granted,
    signed,
    refused,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Returns the subject of the token if it may take the role; throws with the reason otherwise. */
async function subjectOf(form: URLSearchParams, trust: Trust, keys: JWTVerifyGetKey | undefined) {
  if (!keys) throw new Error('the keys of the issuer are not known');
  if (form.get('RoleArn') !== trust.roleArn) throw new Error('there is no such role');
  const { issuer, audience, subject } = trust;
  const expected = { issuer, audience, subject, algorithms: ['RS256'] };
  const { payload } = await jwtVerify(form.get('WebIdentityToken') ?? '', keys, expected);
  return String(payload.sub);
}

function newCredentials(): AwsCredentials {
  const random = () => randomBytes(20).toString('hex');
  return { id: `ASIA${random().slice(0, 16).toUpperCase()}`, secret: random(), session: random() };
}

/** Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html */
function assumedRole({ id, secret, session }: AwsCredentials): string {
  const keys = `<AccessKeyId>${id}</AccessKeyId><SecretAccessKey>${secret}</SecretAccessKey>`;
  const expiration = new Date(Date.now() + 3_600_000).toISOString();
  const credentials = `<Credentials>${keys}<SessionToken>${session}</SessionToken><Expiration>${expiration}</Expiration></Credentials>`;
  const result = `<AssumeRoleWithWebIdentityResult>${credentials}</AssumeRoleWithWebIdentityResult>`;
  return `<AssumeRoleWithWebIdentityResponse>${result}</AssumeRoleWithWebIdentityResponse>`;
}

function forward(upstream: string, { method, url, headers, body }: SignedCall): Promise<Response> {
  const names = ['authorization', 'content-type', 'x-amz-date', 'x-amz-target'];
  const kept = Object.fromEntries(
    names.filter((name) => headers[name]).map((name) => [name, String(headers[name])]),
  );
  return fetch(`${upstream}${url}`, { method, headers: kept, ...(body ? { body } : {}) });
}
