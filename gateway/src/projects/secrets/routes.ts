import { endpoints } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Router } from 'express';
import { signedName } from '../../access/principal.ts';
import type { Context } from '../../context.ts';
import { requestState } from '../../http/request-state.ts';
import { route } from '../../http/route.ts';
import { changeSecrets, listSecretNames, readSecrets, rotateDataKey, type SecretChange } from './store.ts';
import { openIdConfiguration } from './web-identity/open-id.ts';
import { publishedKeys, rotateSigningKey } from './web-identity/signing-keys.ts';
import { subjectOf } from './web-identity/token.ts';

export function secretRoutes(router: Router, context: Context): void {
  const { query } = context.database;

  route(router, endpoints.secrets, async ({ params }) =>
    present(context, params.projectId, 'Only names are shown; a stored value is never shown again'),
  );
  route(router, endpoints.setSecretVariables, async ({ params, body, principal, response }) => {
    const changes = Object.entries(body.variables).map(
      ([name, value]): SecretChange => ({ kind: 'variable', name, value }),
    );
    requestState(response).auditDetail = namesOf(changes);
    await change(context, params.projectId, changes, signedName(principal));
    return present(context, params.projectId, 'Secret variables stored; the next job uses them');
  });
  route(router, endpoints.setCredentials, async ({ params, body, principal, response }) => {
    const { webIdentity } = body;
    if (webIdentity && !context.config.oidcIssuerUrl)
      throw new DomainError(
        'invalid_request',
        'setting a web identity: OIDC_ISSUER_URL, where the cloud finds the engine’s public keys, is not set; set it and restart the engine',
      );
    const changes = Object.entries(body.credentials).map(
      ([name, value]): SecretChange => ({ kind: 'credential', name, value }),
    );
    if (webIdentity !== undefined) changes.push({ kind: 'web_identity', name: 'aws', value: webIdentity });
    requestState(response).auditDetail = namesOf(changes);
    await change(context, params.projectId, changes, signedName(principal));
    return present(context, params.projectId, 'Credentials stored; the next run uses them');
  });
  route(router, endpoints.rotateSecrets, async ({ params }) => {
    await query.transaction().execute((trx) => rotateDataKey(trx, context.encryption, params.projectId));
    return present(context, params.projectId, 'The secrets are sealed with a new data key');
  });
  route(router, endpoints.openIdConfiguration, async () => openIdConfiguration(context));
  route(router, endpoints.webIdentityKeys, async () => ({ keys: await publishedKeys(context) }));
  route(router, endpoints.rotateWebIdentityKey, async () => {
    await rotateSigningKey(context);
    return { keys: await publishedKeys(context) };
  });
}

function change(context: Context, projectId: string, changes: SecretChange[], updatedBy: string) {
  return context.database.query
    .transaction()
    .execute((trx) => changeSecrets(trx, context.encryption, projectId, changes, updatedBy));
}

function namesOf(changes: SecretChange[]): { set: string[]; removed: string[] } {
  const names = (removed: boolean) =>
    changes.filter(({ value }) => (value === null) === removed).map(({ name }) => name);
  return { set: names(false), removed: names(true) };
}

async function present(context: Context, projectId: string, message: string) {
  const { query } = context.database;
  const names = await listSecretNames(query, projectId);
  const ofKind = (kind: string) =>
    names
      .filter((secret) => secret.kind === kind)
      .map(({ name, updatedAt, updatedBy }) => ({ name, updatedAt: updatedAt.toISOString(), updatedBy }));
  const hasIdentity = names.some(({ kind }) => kind === 'web_identity');
  return {
    projectId,
    variables: ofKind('variable'),
    credentials: ofKind('credential'),
    webIdentity: hasIdentity ? (await readSecrets(query, context.encryption, projectId)).webIdentity : null,
    webIdentitySubject: subjectOf(projectId),
    message,
  };
}
