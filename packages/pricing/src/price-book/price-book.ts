import type { PriceBookSection } from '@deployment-engine/contracts';
import { Decimal } from 'decimal.js';
import { derived, type FoundPrice, found, type PriceLookup, priceOf } from './found-price.ts';
import {
  cloudOf,
  cloudOfTable,
  familyOf,
  isLinear,
  plainName,
  predecessorOf,
  sizeWeight,
} from './instance-names.ts';
import { type BookSection, decodeSection, type SectionData } from './section.ts';

/** All list prices of one book. Sections are decoded on first use. */
export class PriceBook {
  readonly version: string;
  readonly sections: Map<string, BookSection>;
  readonly #decoded = new Map<string, SectionData>();
  readonly #found = new Map<string, PriceLookup>();

  constructor(version: string, sections: Map<string, BookSection>) {
    this.version = version;
    this.sections = sections;
  }

  describe(): Record<string, PriceBookSection> {
    const entries = [...this.sections].map(([id, { source, asOf, sha256 }]) => [
      id,
      { source, asOf, sha256 },
    ]);
    return Object.fromEntries(entries);
  }

  /** Returns the price of one unit. A key that ends in `@global` costs the same everywhere. */
  unit(key: string, region: string | null): PriceLookup {
    return this.#memoised(`${key}|${region}`, () => this.#unit(key, region));
  }

  /** Returns the hourly price of an entry of an instance table, such as `ec2` and `m5.large`. */
  instance(table: string, sku: string, region: string | null): PriceLookup {
    return this.#memoised(`${table}|${sku}|${region}`, () => this.#instance(table, sku, region));
  }

  #memoised(key: string, look: () => PriceLookup): PriceLookup {
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    const found = look();
    this.#found.set(key, found);
    return found;
  }

  #unit(key: string, region: string | null): PriceLookup {
    let base: { region: string; value: number | [number, number][]; section: string } | null = null;
    for (const [id, { kind }] of this.sections) {
      if (kind !== 'units') continue;
      const prices = this.#section(id).units?.[key];
      if (prices === undefined) continue;
      const everywhere = prices.any ?? (region === null ? undefined : prices[region]);
      if (everywhere !== undefined) return found(everywhere, 'exact', null, id);
      const [first] = Object.entries(prices);
      if (first !== undefined && base === null) base = { region: first[0], value: first[1], section: id };
    }
    if (base === null) return { missing: `no price of ${key} in the price book` };
    if (region === null) return { missing: 'the region is not known' };
    return this.#scaled(key, region, base);
  }

  /** Derives a price from another region, scaled by the ratio of instance prices. */
  #scaled(
    key: string,
    region: string,
    base: { region: string; value: number | [number, number][]; section: string },
  ): PriceLookup {
    const ratios = this.#table('region-ratios')?.ratios?.[cloudOf(key)];
    const [here, there] = [ratios?.[region], ratios?.[base.region]];
    if (here === undefined || there === undefined) return { missing: `no price of ${key} in ${region}` };
    const ratio = new Decimal(here).div(there);
    const note = `price of ${base.region} times ${ratio.toDecimalPlaces(4)}, the ratio of instance prices`;
    return found(base.value, 'derived', note, base.section, ratio);
  }

  #instance(table: string, sku: string, region: string | null): PriceLookup {
    if (region === null) return { missing: 'the region is not known' };
    return (
      this.#here(table, sku, region) ??
      this.#viaOtherRegion(table, sku, region) ??
      this.#viaPredecessor(table, sku, region) ?? { missing: `no ${table} price of ${sku} in ${region}` }
    );
  }

  #here(table: string, sku: string, region: string): FoundPrice | null {
    return (
      this.#listed(table, sku, region) ??
      this.#viaFamilyRatio(table, sku, region) ??
      this.#viaNeighbour(table, sku, region)
    );
  }

  #listed(table: string, sku: string, region: string): FoundPrice | null {
    for (const id of this.#sectionsOf(table)) {
      const price = this.#section(id).instances?.[region]?.get(sku);
      if (price !== undefined) return found(price, 'exact', null, id);
    }
    return null;
  }

  #viaFamilyRatio(table: string, sku: string, region: string): FoundPrice | null {
    const ratio = this.#table(`${table}-ratios`)?.ratios?.[familyOf(sku)]?.[region];
    const base = this.#listed(table, sku, 'us-east-1') ?? this.#viaNeighbour(table, sku, 'us-east-1');
    if (ratio === undefined || base === null) return null;
    return derived(base, ratio, `us-east-1 price times ${ratio}, the family's ratio in ${region}`);
  }

  /** Derives a price from the nearest listed size: within a family, prices are linear in size. */
  #viaNeighbour(table: string, sku: string, region: string): FoundPrice | null {
    const weight = sizeWeight(sku);
    if (weight === null || !isLinear(table, sku)) return null;
    let best: { price: number; ratio: Decimal; sku: string; section: string } | null = null;
    for (const section of this.#sectionsOf(table)) {
      for (const [other, price] of this.#section(section).instances?.[region] ?? []) {
        const otherWeight = familyOf(other) === familyOf(sku) ? sizeWeight(other) : null;
        if (otherWeight === null) continue;
        const ratio = new Decimal(weight).div(otherWeight);
        if (best === null || distance(ratio) < distance(best.ratio))
          best = { price, ratio, sku: other, section };
      }
    }
    return best && found(best.price, 'derived', `scaled from ${best.sku}`, best.section, best.ratio);
  }

  #viaOtherRegion(table: string, sku: string, region: string): FoundPrice | null {
    const ratios = this.#table('region-ratios')?.ratios?.[cloudOfTable(table)];
    const there = ratios?.[region];
    if (there === undefined || ratios === undefined) return null;
    const listed = this.#sectionsOf(table).flatMap((id) => Object.keys(this.#section(id).instances ?? {}));
    for (const other of new Set(['us-east-1', ...listed])) {
      const ratio = new Decimal(there).div(ratios[other] ?? Number.NaN).toDecimalPlaces(4);
      const base = ratio.isFinite()
        ? (this.#listed(table, sku, other) ?? this.#viaNeighbour(table, sku, other))
        : null;
      if (base !== null)
        return derived(base, ratio, `${other} price times ${ratio}, the ratio of instance prices`);
    }
    return null;
  }

  /** Derives a managed instance's price from its predecessor's, scaled like the plain instances. */
  #viaPredecessor(table: string, sku: string, region: string): FoundPrice | null {
    const older = predecessorOf(sku);
    if (older === null || table.startsWith('ec2')) return null;
    const base = this.#here(table, older, region);
    const [newPlain, oldPlain] = [sku, older].map((name) => this.#here('ec2', plainName(name), 'us-east-1'));
    if (base === null || newPlain == null || oldPlain == null) return null;
    const ratio = priceOf(newPlain).div(priceOf(oldPlain)).toDecimalPlaces(4);
    return derived(base, ratio, `price of ${older} times ${ratio}, the ratio of the plain instances`);
  }

  #sectionsOf(table: string): string[] {
    return [...this.sections].filter(([, section]) => section.table === table).map(([id]) => id);
  }

  #table(table: string): SectionData | undefined {
    const [id] = this.#sectionsOf(table);
    return id === undefined ? undefined : this.#section(id);
  }

  #section(id: string): SectionData {
    let data = this.#decoded.get(id);
    if (data === undefined) {
      data = decodeSection(this.sections.get(id) as BookSection);
      this.#decoded.set(id, data);
    }
    return data;
  }
}

function distance(ratio: Decimal): number {
  return Math.abs(Math.log(ratio.toNumber()));
}
