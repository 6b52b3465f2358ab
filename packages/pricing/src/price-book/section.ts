import { createHash } from 'node:crypto';
import type { PriceBookSection } from '@deployment-engine/contracts';
import { z } from 'zod';

const priceSchema = z.union([z.number(), z.array(z.tuple([z.number(), z.number()]))]);

/**
 * Content of a section, one JSON line in the book.
 *
 * - units: price by key and region, `any` for all regions; a list of `[from, price]` if it has tiers
 * - instances: hourly price by region, in the order of `skus`; `null` if a region lacks the entry
 * - ratios: price of a region relative to a reference region, by family or cloud
 */
const payloadSchema = z.union([
  z.object({ units: z.record(z.string(), z.record(z.string(), priceSchema)) }),
  z.object({
    skus: z.array(z.string()),
    regions: z.record(z.string(), z.array(z.number().nullable())),
  }),
  z.object({ ratios: z.record(z.string(), z.record(z.string(), z.number())) }),
]);
export type SectionPayload = z.infer<typeof payloadSchema>;

export const sectionKinds = ['units', 'instances', 'ratios'] as const;

export const sectionHeaderSchema = z.object({
  id: z.string().min(1),
  kind: z.enum(sectionKinds),
  /** Table of the instances or ratios; sections of one table are searched in file order. */
  table: z.string().nullable(),
  source: z.string().min(1),
  asOf: z.string().regex(/^\d{4}(-\d{2}(-\d{2})?)?$/, 'asOf is YYYY, YYYY-MM or YYYY-MM-DD'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type SectionHeader = z.infer<typeof sectionHeaderSchema>;

export interface BookSection extends PriceBookSection {
  kind: SectionHeader['kind'];
  table: string | null;
  /** The line of the book that the digest covers. */
  line: string;
}

export type SectionData = {
  units?: Record<string, Record<string, number | [number, number][]>>;
  instances?: Record<string, Map<string, number>>;
  ratios?: Record<string, Record<string, number>>;
};

export function digest(line: string): string {
  return createHash('sha256').update(line).digest('hex');
}

/** Checks a section's shape completely; slower than `decodeSection`, for books from outside. */
export function checkSection(section: BookSection): void {
  payloadSchema.parse(JSON.parse(section.line));
}

/** Decodes a section whose digest was checked. */
export function decodeSection(section: BookSection): SectionData {
  const payload = JSON.parse(section.line) as SectionPayload;
  if ('units' in payload) return { units: payload.units };
  if ('ratios' in payload) return { ratios: payload.ratios };
  const instances: Record<string, Map<string, number>> = {};
  for (const [region, prices] of Object.entries(payload.regions)) {
    const bySku = new Map<string, number>();
    for (const [index, price] of prices.entries()) {
      if (price !== null) bySku.set(payload.skus[index] as string, price);
    }
    instances[region] = bySku;
  }
  return { instances };
}
