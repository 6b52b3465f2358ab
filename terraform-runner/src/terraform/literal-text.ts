/**
 * Spells a text so that Terraform takes it as it is, in JSON or in a quoted string of HCL: `${` and `%{` would begin
 * a template, and what that names would be evaluated.
 */
export function literalText(text: string): string {
  // A function: in a replacement text, two "$" stand for one.
  return text.replaceAll('${', () => '$${').replaceAll('%{', () => '%%{');
}
