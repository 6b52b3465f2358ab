import { text } from 'node:stream/consumers';
import { variablesSchema } from '@deployment-engine/contracts';
import type { z } from 'zod';
import { UsageError } from '../exit-code.ts';
import { note } from '../terminal/output-mode.ts';
import { counted } from '../text/printable.ts';
import { type ProjectUpload, readProjectFolder } from '../upload/project-folder.ts';
import { type GivenVariables, projectVariables } from '../upload/variables.ts';

export type ProjectCode = {
  iacCode?: string;
  files?: ProjectUpload['files'];
  variables: z.infer<typeof variablesSchema>;
};

/** Reads code and variables of a deploy or plan, and says what is sent. `-` reads one file from standard input. */
export async function readProjectCode(folder: string, given: GivenVariables): Promise<ProjectCode> {
  const { variables: values, fromEnvironment } = await projectVariables(given);
  const variables = variablesSchema.safeParse(values);
  if (!variables.success) {
    const { path, message } = variables.error.issues[0] ?? { path: [], message: '' };
    throw new UsageError(`variable ${path.join('.')}: ${message}`);
  }
  if (fromEnvironment.length > 0) note(`Variables from TF_VAR_*: ${fromEnvironment.join(', ')}`);
  if (folder === '-') return { iacCode: await text(process.stdin), variables: variables.data };
  const upload = await readProjectFolder(folder);
  for (const line of uploadLines(folder, upload)) note(line);
  return { files: upload.files, variables: variables.data };
}

function uploadLines(folder: string, { files, bytes, leftOut, ignored }: ProjectUpload): string[] {
  const names = leftOut.slice(0, 10).join(', ');
  const more = leftOut.length > 10 ? ` and ${leftOut.length - 10} more` : '';
  return [
    `Sending ${counted(Object.keys(files).length, 'file')} (${(bytes / 1000).toFixed(1)} kB) of ${folder}`,
    ...(leftOut.length > 0 ? [`Left out: ${names}${more}`] : []),
    ...(ignored > 0
      ? [
          `Left out by .gitignore and .terraformignore: ${counted(ignored, 'entry').replace('entrys', 'entries')}`,
        ]
      : []),
  ];
}
