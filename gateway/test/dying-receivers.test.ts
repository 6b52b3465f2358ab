import { describeUnless } from '../../scripts/jest/unless.ts';
import { type Postgres, skipWithoutPostgres, startPostgres } from '../../testing/postgres.ts';
import { type Rounds, startRounds } from './receiver-rounds.ts';

describeUnless(skipWithoutPostgres())('with PostgreSQL', () => {
  let server: Postgres;
  let rounds: Rounds;
  beforeAll(async () => {
    server = await startPostgres();
    rounds = await startRounds(server.url, 1);
  });
  afterAll(async () => {
    await rounds?.[Symbol.asyncDispose]();
    await server?.stop();
  });

  test.each([1, 2, 3])(
    'round %i: receivers and gateways die, nothing is lost, doubled under two ids, or out of order',
    async () => {
      const { changes, messages, arrivals } = await rounds.run();
      expect(messages).toBe(3 * changes);
      expect(arrivals).toBeGreaterThan(messages); // some were sent again
    },
  );
});
