export type Attributes = Record<string, unknown>;

/** A resource as Terraform would have it: rules and prices know its type. */
export type Converted = { type: string; attributes: Attributes };
