import type { RevisionFiles } from '../revisions/store.ts';

const clouds = { AWS: /aws/i, ARM: /azure|azapi/i, GOOGLE: /google/i } as const;
export type Cloud = keyof typeof clouds;

/** Returns the clouds that code or state names. It may name a cloud without using it, but names every cloud it uses. */
export function cloudsNamed(texts: Iterable<string>): Set<Cloud> {
  const named = new Set<Cloud>();
  for (const text of texts)
    for (const [cloud, pattern] of Object.entries(clouds) as [Cloud, RegExp][])
      if (pattern.test(text)) named.add(cloud);
  return named;
}

/** Returns the texts of a revision's Terraform files. */
export function codeTexts(files: RevisionFiles): string[] {
  return [...files]
    .filter(([path]) => /\.(tf|tofu)(\.json)?$/.test(path))
    .map(([, bytes]) => bytes.toString());
}
