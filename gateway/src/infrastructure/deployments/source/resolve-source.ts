import { type CreateDeployment, canonicalJson, type Files } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Principal } from '../../../access/principal.ts';
import type { Context } from '../../../context.ts';
import { readTemplateVersion } from '../templates/store.ts';
import { oneFile } from './compile.ts';
import { digestOf } from './digest.ts';
import { fetchTemplate } from './fetch-template.ts';

type Given = Pick<
  CreateDeployment,
  'template_type' | 'template_code' | 'template_files' | 'template_url' | 'template_id' | 'template_version'
>;

/** A template with where it comes from, as columns of a deployment. */
export type Source = {
  files: Files;
  origin: {
    template_id: string | null;
    template_version: number | null;
    template_url: string | null;
    template_digest: string;
  };
};

const nowhere = { template_id: null, template_version: null, template_url: null };

/** Reads the template that a request names: its own, a stored one, or one that is fetched now and kept. */
export async function resolveSource(context: Context, principal: Principal, given: Given): Promise<Source> {
  const { template_type: type, template_code: code, template_files: files, template_url: url } = given;
  if (files !== undefined) return severalFiles(type, files);
  if (code !== undefined)
    return { files: oneFile(type, code), origin: { ...nowhere, template_digest: digestOf(code) } };
  if (url !== undefined) {
    const text = await fetchTemplate(url, { hosts: context.config.templateHosts });
    const { origin, pathname } = new URL(url); // without a query, which can hold a signature
    return {
      files: oneFile(type, text),
      origin: { ...nowhere, template_url: origin + pathname, template_digest: digestOf(text) },
    };
  }
  return storedTemplate(context, principal, given);
}

function severalFiles(type: Given['template_type'], files: Files): Source {
  if (type !== 'terraform')
    throw new DomainError('invalid_request', 'the request is not valid', {
      fields: [
        {
          pointer: '/template_files',
          detail: `a template of the type ${type} is one text; give template_code`,
        },
      ],
    });
  return { files, origin: { ...nowhere, template_digest: digestOf(canonicalJson(files)) } };
}

async function storedTemplate(context: Context, principal: Principal, given: Given): Promise<Source> {
  const { template_type: type, template_id: id = '', template_version: version } = given;
  const stored = await readTemplateVersion(context.database.query, principal, id, version);
  if (stored.template.template_type !== type)
    throw new DomainError('invalid_request', 'the request is not valid', {
      fields: [
        {
          pointer: '/template_type',
          detail: `the template ${id} is of the type ${stored.template.template_type}`,
        },
      ],
    });
  return {
    files: oneFile(type, stored.code),
    origin: {
      template_id: id,
      template_version: stored.number,
      template_url: null,
      template_digest: stored.digest,
    },
  };
}
