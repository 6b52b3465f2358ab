const plainEngines: Record<string, string> = {
  MySQL: 'mysql',
  PostgreSQL: 'postgres',
  MariaDB: 'mariadb',
  'Aurora MySQL': 'aurora-mysql',
  'Aurora PostgreSQL': 'aurora-postgresql',
};
const sqlServerEditions: Record<string, string> = {
  Express: 'ex',
  Web: 'web',
  Standard: 'se',
  Enterprise: 'ee',
};

/** Returns the book's name of an engine in the price list; `null` if the book does not contain it. */
export function rdsEngine(engine: string, edition: string, license: string): string | null {
  if (engine === 'SQL Server') {
    const short = sqlServerEditions[edition];
    return short === undefined || license !== 'License included' ? null : `sqlserver-${short}`;
  }
  if (engine !== 'Oracle') return plainEngines[engine] ?? null;
  const isIncluded = license === 'License included';
  if (edition === 'Standard Two') return isIncluded ? 'oracle-se2:li' : 'oracle-se2:byol';
  return edition === 'Enterprise' && !isIncluded ? 'oracle-ee:byol' : null;
}
