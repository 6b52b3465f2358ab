import { type ClaimMapping, mapClaims } from './claims.ts';

const mapping: ClaimMapping = {
  roleClaim: 'role',
  projectsClaim: 'projects',
  permissionsClaim: 'permissions',
  roleOf: new Map([
    ['admin', 'admin'],
    ['list:deployments', 'viewer'],
    ['create:deployments', 'deployer'],
  ]),
  tenantClaim: 'tenantId',
  tenantProjects: 'cmp-{tenant}.*',
};
const mapped = (claims: object) => mapClaims({ tenantId: 'acme', role: 'admin', ...claims }, mapping);

test.each([
  ['a role', { role: 'admin', permissions: [] }, 'admin'],
  ['a permission', { role: 'user', permissions: ['list:deployments'] }, 'viewer'],
  ['several', { role: ['user'], permissions: ['list:deployments', 'create:deployments', 'x'] }, 'deployer'],
  ['a permission without a role', { role: undefined, permissions: ['create:deployments'] }, 'deployer'],
])('%s is mapped to the highest role that it gives', (_name, claims, role) => {
  expect(mapped(claims).role).toBe(role);
});

test.each([
  ['nothing that is mapped', { role: 'user', permissions: ['other'] }],
  ['a role of this engine that the map does not have', { role: 'approver' }],
  ['a name that every object has', { role: 'constructor', permissions: ['__proto__'] }],
  ['no list', { role: 5, permissions: { admin: true } }],
  ['a list with something else', { role: 'user', permissions: ['list:deployments', 1] }],
])('%s gives no role', (_name, claims) => {
  expect(() => mapped(claims)).toThrow(/JWT_ROLES maps nothing in its claim role or permissions/);
});

test.each([
  ['a name', 'acme', 'cmp-acme.*'],
  ['a number', 7, 'cmp-7.*'],
  ['a UUID', '11111111-1111-4111-8111-111111111111', 'cmp-11111111-1111-4111-8111-111111111111.*'],
])('%s as tenant gives its projects only, whatever the projects claim says', (_name, tenantId, pattern) => {
  expect(mapped({ tenantId, projects: ['*'] }).projects).toStrictEqual([pattern]);
});

test.each([
  ['everything', '*'],
  ['a pattern', 'ac*'],
  ['a part of another tenant', 'acme.b'],
  ['a way up', '..'],
  ['a path', 'acme/../rival'],
  ['several', 'acme,rival'],
  ['two lines', 'acme\nrival'],
  ['a mark of the replacement', '$&'],
  ['nothing', ''],
  ['no text', null],
  ['a list', ['acme']],
  ['a negative number', -1],
  ['too long a name', 'a'.repeat(37)],
  ['an absent one', undefined],
])('%s is no tenant', (_name, tenantId) => {
  expect(() => mapped({ tenantId })).toThrow(/its claim tenantId must be the id of a tenant/);
});

test('an inherited field is no claim', () => {
  const claims = Object.create({ tenantId: 'acme', role: 'admin' });
  expect(() => mapClaims(claims, mapping)).toThrow(/JWT_ROLES maps nothing/);
});
