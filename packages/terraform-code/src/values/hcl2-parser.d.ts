declare module 'hcl2-parser' {
  const parser: {
    /** The first element is the parsed file, the second the error or null. */
    parseToObject(source: string): [unknown, unknown];
  };
  export default parser;
}
