/** Known attributes of an object as it was planned. */
export type Values = Record<string, unknown>;

/** How a data source finds objects of a type. */
export type Query = {
  /** The data source. */
  data: string;
  /** Its arguments; `undefined` where the planned values are too few to tell the object from others. */
  arguments(values: Values): Record<string, unknown> | undefined;
  /** The attribute of its answer that holds the id, or a list of ids. */
  answer: string;
};

/** Filters of the kind the EC2 API has, for the values that are known. */
export function filters(values: Values, names: Record<string, string>): Record<string, unknown>[] {
  return Object.entries(names).flatMap(([attribute, name]) => {
    const value = values[attribute];
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? value === ''
        ? []
        : [{ name, values: [String(value)] }]
      : [];
  });
}

/** The tags the object was to have, those of the provider's defaults included. */
export function tagsOf(values: Values): Record<string, string> {
  const tags = (values.tags_all ?? values.tags ?? {}) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(tags).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** A query by filters and tags; none where neither is known. */
export function byFilters(data: string, answer: string, names: Record<string, string>): Query {
  return {
    data,
    answer,
    arguments(values) {
      const filter = filters(values, names);
      const tags = tagsOf(values);
      if (filter.length === 0 && Object.keys(tags).length === 0) return undefined;
      return { filter, ...(Object.keys(tags).length > 0 ? { tags } : {}) };
    },
  };
}

/** A query by attributes that the data source takes under the names given. */
export function byArguments(data: string, answer: string, names: Record<string, string>): Query {
  return {
    data,
    answer,
    arguments(values) {
      const entries = Object.entries(names).map(([attribute, name]) => [name, values[attribute]]);
      return entries.every(([, value]) => typeof value === 'string' || typeof value === 'number')
        ? Object.fromEntries(entries)
        : undefined;
    },
  };
}
