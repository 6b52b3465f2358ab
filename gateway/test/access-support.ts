import type { Client } from '../../testing/client.ts';
import { createSupertestClient } from './supertest-client.ts';
import { startTestGateway, type TestGateway } from './support.ts';

export const jwtSettings = {
  JWT_SECRET_KEY: 'a-secret-of-more-than-thirty-two-bytes',
  JWT_ISSUER: 'https://id.example.org',
  JWT_AUDIENCE: 'deployment-engine',
};

export type { Client };

export type GuardedGateway = TestGateway & {
  /** The key of the first start. */
  adminKey: string;
  admin: Client;
  /** Creates a key and returns it with a client that sends it. */
  withKey(
    role: string,
    projects: string[],
    more?: object,
  ): Promise<{ id: string; key: string; client: Client }>;
};

/** A gateway that requires credentials. */
export async function startGuardedGateway(env: Record<string, string> = {}): Promise<GuardedGateway> {
  const it = await startTestGateway({ AUTH: 'required', ...env });
  const adminKey = it.gateway.firstKey?.key ?? '';
  const admin = bearer(it.url, adminKey);
  return {
    ...it,
    adminKey,
    admin,
    async withKey(role, projects, more = {}) {
      const { status, body } = await admin.post('/api/keys', { name: role, role, projects, ...more });
      if (status !== 201) throw new Error(`POST /api/keys: ${status} ${JSON.stringify(body)}`);
      return { id: body.id, key: body.key, client: bearer(it.url, body.key) };
    },
  };
}

export function bearer(url: string, token: string): Client {
  return createSupertestClient(url, { authorization: `Bearer ${token}` });
}
