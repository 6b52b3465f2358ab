import { sql } from 'kysely';
import { enginePrincipal, mayTouch } from '../src/access/principal.ts';
import { inScope } from '../src/access/scope-filter.ts';
import { onEachDatabase } from './databases.ts';

const ids = ['a', 'ab', 'a_b', 'axb', 'a.b', 'A', 'team-a', 'team-b-1', 'x-team-a', 'a%b', 'a\\b', 'a\\_b'];
const scopes = [
  ['*'],
  [],
  ['a'],
  ['a*'],
  ['*b'],
  ['a_b'],
  ['a*b'],
  ['team-*', 'A'],
  ['*'.repeat(2)],
  ['a%b'],
  ['a\\b'],
];

onEachDatabase((open) => {
  test.each(scopes.map((projects) => [projects]))(
    'rows within the scope %j are those of the projects that it lets a caller touch',
    async (projects) => {
      const principal = { ...enginePrincipal, projects };
      const values = sql.join(ids.map((id) => sql`(${id}::text)`));
      const { rows } = await sql<{ id: string }>`
        select id from (values ${values}) as projects(id)
        where ${inScope('projects.id', principal)}`.execute(open());
      expect(rows.map(({ id }) => id)).toStrictEqual(ids.filter((id) => mayTouch(principal, id)));
    },
  );
});
