import { posix } from 'node:path';
import { isTestFile, lockFileName, pathProblem } from '@deployment-engine/contracts';
import type { PreflightRuleId } from './rules.ts';

export type SourceKind = 'hcl' | 'json' | 'variables' | 'variables-json' | 'data';

/** Contents that Terraform does not read as code. Programs and plug-ins have other extensions, or none. */
const dataExtensions = new Set(
  `zip gz tgz tar jar war whl yaml yml json toml ini cfg conf properties env txt md rst csv tsv xml xsl html htm
  css js mjs cjs ts tsx jsx map vue svelte py rb go java kt cs php rs sql graphql proto sh bash ps1 bat cmd
  tpl tftpl tmpl j2 mustache hbs erb service timer rules policy rego cel bicep pem crt cer pub
  png jpg jpeg gif svg ico webp woff woff2 ttf eot pdf wasm gradle kts mod sum csproj lock ipynb parquet avro
  bin dat log scss sass less webmanifest mp3 mp4 webm otf avif xsd wsdl avsc jinja jinja2 c h cpp hpp swift dart
  lua r`.split(/\s+/),
);
const plainNames = new Set([
  'dockerfile',
  'license',
  'licence',
  'readme',
  'notice',
  'makefile',
  'procfile',
  'changelog',
  'version',
  'codeowners',
  'pipfile',
  'gemfile',
  'jenkinsfile',
]);

/** Classifies a file by its name, or returns why it is not allowed. */
export function classify(path: string): SourceKind | { problem: PreflightRuleId; message: string } {
  const unsafe = pathProblem(path);
  if (unsafe) return { problem: 'PRE-PATH', message: unsafe };
  const name = posix.basename(path);
  if (/(^|_)override\.(tf|tofu)(\.json)?$/.test(name))
    return {
      problem: 'PRE-OVERRIDE',
      message: 'an override file changes other files without a trace in them',
    };
  if (path === lockFileName || isTestFile(path)) return 'data';
  if (name.endsWith('.tf')) return 'hcl';
  if (name.endsWith('.tf.json')) return 'json';
  if (name.endsWith('.tfvars')) return 'variables';
  if (name.endsWith('.tfvars.json')) return 'variables-json';
  const known = name.includes('.')
    ? dataExtensions.has(posix.extname(name).slice(1).toLowerCase())
    : plainNames.has(name.toLowerCase());
  const codeLike = /\.(tf|tofu|tfvars|tftest|tfmock|tfquery|tfstack|tfdeploy|tfstate)(\.|$)/i.test(name);
  if (known && !codeLike && !/^terraform-provider-/i.test(name)) return 'data';
  return { problem: 'PRE-FILE-TYPE', message: 'files of this type are not accepted' };
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Returns a file's text, or `null` if it is not well-formed UTF-8. */
export function textOf(content: Uint8Array | string): string | null {
  if (typeof content === 'string') return content.isWellFormed() ? content : null;
  try {
    return decoder.decode(content);
  } catch {
    return null;
  }
}

/** Returns the line of the first character that makes code look different from what it is. */
export function oddCharacterLine(text: string): number | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: searches for control characters
  const odd = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202a-\u202e\u2066-\u2069]|\r(?!\n)/;
  const match = odd.exec(text);
  return match ? text.slice(0, match.index).split('\n').length : undefined;
}
