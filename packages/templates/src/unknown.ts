import { isRecord } from '@deployment-engine/terraform-code';

/** A value that only the cloud, or somebody else, knows before the template is deployed. */
export class Unknown {
  /** Logical ids of the template's resources that it is made from. */
  readonly references: readonly string[];
  /**
   * Whether it names a thing of the cloud, an ARN or a region for example, so that it can be neither empty nor a wildcard.
   * Other unknown values can be anything.
   */
  readonly isName: boolean;

  constructor(references: readonly string[], isName: boolean) {
    this.references = references;
    this.isName = isName;
  }

  /** What is made from several values can be anything if one of them can. */
  static of(parts: readonly Unknown[]): Unknown {
    return new Unknown(
      [...new Set(parts.flatMap(({ references }) => references))],
      parts.every(({ isName }) => isName),
    );
  }
}

/** Returns the unknown parts of a value, itself included. */
export function unknownsIn(value: unknown): Unknown[] {
  if (value instanceof Unknown) return [value];
  if (Array.isArray(value)) return value.flatMap(unknownsIn);
  return isRecord(value) ? Object.values(value).flatMap(unknownsIn) : [];
}
