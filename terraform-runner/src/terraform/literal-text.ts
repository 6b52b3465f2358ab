/**
 * Escapes a text so that Terraform takes it literally, in JSON or in a quoted HCL string: `${` and `%{` would
 * begin a template, whose content would be evaluated.
 */
export function literalText(text: string): string {
  // A function, because "$$" in a replacement string means a single "$".
  return text.replaceAll('${', () => '$${').replaceAll('%{', () => '%%{');
}
