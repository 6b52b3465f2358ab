import type { Files, TemplateType } from '@deployment-engine/contracts';
import { parameterName } from '@deployment-engine/templates';
import type { RevisionFiles } from '../../../projects/revisions/store.ts';

/** Returns the template that a revision's code was made from. */
export function templateFiles(type: TemplateType, files: RevisionFiles): Files {
  const given = [...files].filter(([path]) => type === 'terraform' || path !== 'main.tf.json');
  return Object.fromEntries(
    given.map(([path, bytes]) => {
      const text = bytes.toString();
      const isText = Buffer.from(text).equals(bytes);
      return [path, isText ? text : { base64: bytes.toString('base64') }];
    }),
  );
}

/** Returns the name of the parameter whose value a variable of the project has; in Terraform both are the same. */
export function parameterNameOf(type: TemplateType, variable: string): string | undefined {
  return type === 'terraform' ? variable : parameterName(variable);
}
