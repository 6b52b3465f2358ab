/**
 * Returns Terraform's CLI configuration. With a mirror, providers come only from there and are linked, not
 * copied. Source: https://developer.hashicorp.com/terraform/cli/config/config-file#provider-installation
 */
export function cliConfig(providerMirror: string | undefined): string {
  const installation = providerMirror
    ? `filesystem_mirror {\n    path = ${quoted(providerMirror)}\n  }`
    : 'direct {}';
  return `disable_checkpoint = true\nprovider_installation {\n  ${installation}\n}\n`;
}

/** Quotes a string for HCL; `${` and `%{` would begin a template. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll('${', '$${').replaceAll('%{', '%%{');
}
