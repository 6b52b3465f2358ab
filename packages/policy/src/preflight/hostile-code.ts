// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are Terraform code

/** Code of about this many bytes that costs a careless parser quadratic time or a deep stack. */
export function hostileCode(bytes: number): Record<string, string> {
  return {
    parentheses: `locals {\n  a = ${'('.repeat(bytes)}`,
    interpolations: `locals {\n  a = ${'"${'.repeat(bytes / 3)}`,
    'heredoc lines': `locals {\n  a = <<EOT\n${' \n'.repeat(bytes / 2)}`,
    dollars: `locals {\n  a = "${'$'.repeat(bytes)}"\n}\n`,
    digits: `locals {\n  a = ${'1'.repeat(bytes)}\n}\n`,
  };
}
