import type { RevisionFiles } from '../revisions/store.ts';

const clouds = { AWS: /aws/i, ARM: /azure|azapi/i, GOOGLE: /google/i } as const;
export type Cloud = keyof typeof clouds;

/** Clouds that a text of code or state names; it may name one and not use it, never the other way round. */
export function cloudsNamed(texts: Iterable<string>): Set<Cloud> {
  const named = new Set<Cloud>();
  for (const text of texts)
    for (const [cloud, pattern] of Object.entries(clouds) as [Cloud, RegExp][])
      if (pattern.test(text)) named.add(cloud);
  return named;
}

/** Texts that can be Terraform code. */
export function codeTexts(files: RevisionFiles): string[] {
  return [...files]
    .filter(([path]) => /\.(tf|tofu)(\.json)?$/.test(path))
    .map(([, bytes]) => bytes.toString());
}

/** Whether the code declares an input variable, in HCL or JSON. */
export function declares(texts: string[], variable: string): boolean {
  return texts.some((text) => declaration(text, variable) !== undefined);
}

/** Whether the code says that an input variable is sensitive. */
export function isSensitive(texts: string[], variable: string): boolean {
  return texts.some((text) => /sensitive"?\s*[=:]\s*true/.test(declaration(text, variable) ?? ''));
}

/**
 * The text of a declaration, up to the next block that begins a line or, in JSON, to the end: rather too much than
 * too little, because what is taken for sensitive is only masked.
 */
function declaration(text: string, variable: string): string | undefined {
  const name = variable.replace(/[-]/g, '\\-');
  const hcl = new RegExp(`variable\\s+"?${name}"?\\s*\\{`).exec(text);
  if (hcl) {
    const rest = text.slice(hcl.index + hcl[0].length);
    const next = /^\s*(variable|resource|data|output|module|locals|provider|terraform)\b[^=\n]*\{/m.exec(
      rest,
    );
    return rest.slice(0, next?.index);
  }
  const json = text.trimStart().startsWith('{') ? text.indexOf(`"${variable}"`) : -1;
  return json >= 0 ? text.slice(json) : undefined;
}
