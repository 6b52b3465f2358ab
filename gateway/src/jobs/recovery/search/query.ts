/** Known attributes of a planned object. */
export type Values = Record<string, unknown>;

/** How a data source finds objects of a type. */
export type Query = {
  /** The data source. */
  data: string;
  /** Returns its arguments; `undefined` if the planned values are not enough to identify the object. */
  arguments(values: Values): Record<string, unknown> | undefined;
  /** The attribute of its answer that holds the id, or a list of ids. */
  answer: string;
};

/** Returns filters in the EC2 API's form, for the known values. */
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

/** Returns the object's planned tags, including the provider's default tags. */
export function tagsOf(values: Values): Record<string, string> {
  const tags = (values.tags_all ?? values.tags ?? {}) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(tags).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** Returns a query by filters and tags. It has no arguments if neither is known. */
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

/** Returns a query by attributes. `names` maps each one to the data source's argument. */
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
