import { exactly, type Quantity, unknownQuantity } from '../../quantity.ts';
import { vcpusOf } from './machine.ts';

/** Last major version in extended support, for engines whose standard support had ended on 2025-06-01. */
const extendedUpTo: Record<string, number> = {
  mysql: 5.7,
  postgres: 12,
  aurora: 5.7,
  'aurora-mysql': 5.7,
  'aurora-postgresql': 12,
};

/** Returns the price table of an engine and licence; `aurora` is the MySQL edition. */
export function engineTable(engine: string, license: string | null): string {
  if (engine === 'aurora') return 'rds:aurora-mysql';
  if (engine.startsWith('oracle-')) {
    const edition = engine.replace(/-cdb$/, '');
    const isIncluded = license === null ? /se[12]$/.test(edition) : license === 'license-included';
    if (edition === 'oracle-se2' || edition === 'oracle-se1')
      return isIncluded ? `rds:${edition}:li` : 'rds:oracle-se2:byol';
    return 'rds:oracle-ee:byol';
  }
  return `rds:${engine}`;
}

export function isAurora(engine: string): boolean {
  return engine.startsWith('aurora');
}

export function paysExtendedSupport(
  engine: string,
  version: string | null,
  lifecycle: string | null,
): boolean {
  const limit = extendedUpTo[engine];
  const major = engine.includes('postgres') ? /^\d+/.exec(version ?? '') : /^\d+\.\d+/.exec(version ?? '');
  if (limit === undefined || major === null) return false;
  return Number(major[0]) <= limit && lifecycle !== 'open-source-rds-extended-support-disabled';
}

/** Returns `r5` for `db.r5.large`. */
export function classFamily(instanceClass: string): string {
  return instanceClass.split('.')[1] ?? '';
}

export function classVcpus(instanceClass: string): Quantity {
  return vcpusOf(instanceClass) ?? unknownQuantity(`the vCPUs of ${instanceClass} are not known`);
}

export const oneInstance = exactly(1);
