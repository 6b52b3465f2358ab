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
