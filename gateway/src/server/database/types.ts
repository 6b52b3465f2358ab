import pg from 'pg';

const int8 = 20;

/** Values of `pg`'s default types, but `bigint` as a number: counts and sequence numbers stay far below 2⁵³. */
export const numbersFromBigint = {
  getTypeParser: ((oid: number, format?: 'text') =>
    oid === int8 ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};
