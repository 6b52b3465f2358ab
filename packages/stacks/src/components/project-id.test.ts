import fc from 'fast-check';
import { projectId } from './project-id.ts';

test('an id joins the names', () => {
  expect(projectId('user-platform', 'production', 'user-service', 'api')).toBe(
    'user-platform.production.user-service.api',
  );
});

test('a long id keeps 55 characters and ends in a digest of the whole', () => {
  const names = [
    'user-platform',
    'production',
    'notification-service',
    'database',
    'eu-central-1',
    'x'.repeat(10),
  ];
  expect(projectId(...names)).toBe('user-platform.production.notification-service.database.-5ba731c1');
});

test('ids are at most 64 characters, allowed for a project, and differ where names differ', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,30}$/);
  fc.assert(
    fc.property(fc.tuple(name, name, name, name), fc.tuple(name, name, name, name), (left, right) => {
      expect(projectId(...left)).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
      expect(projectId(...left) === projectId(...right)).toBe(left.join('.') === right.join('.'));
    }),
  );
});
