/** Something the user can mend; shown as one line. */
export class CliError extends Error {}
