/** Paths of a certificate, its key, and the CA that signs the other side's certificate; all PEM. */
export type TlsFiles = { cert: string; key: string; ca: string };

/** Returns `undefined` if none of the three is set. */
export function completeTlsFiles({
  cert,
  key,
  ca,
}: {
  [Name in keyof TlsFiles]: string | undefined;
}): TlsFiles | undefined | 'incomplete' {
  if (!cert && !key && !ca) return undefined;
  return cert && key && ca ? { cert, key, ca } : 'incomplete';
}
