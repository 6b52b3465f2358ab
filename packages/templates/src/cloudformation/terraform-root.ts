import { createHash } from 'node:crypto';
import { TemplateError } from '../template-error.ts';
import { variableName } from '../variable-name.ts';
import { capabilitiesOf } from './capabilities.ts';
import type { CloudFormationTemplate } from './read-template.ts';

const stackAddress = 'aws_cloudformation_stack.stack';

/**
 * Returns the code of a Terraform root with one CloudFormation stack: the template beside it, a variable for each parameter, an
 * output for each of the template's. Capabilities are what the template needs, and no more. With a bucket, CloudFormation reads the
 * template from an object there.
 */
export function terraformRoot(
  template: CloudFormationTemplate,
  text: string,
  stackName: string,
  bucket?: string,
): Record<string, string> {
  const fileName = /^\s*\{/.test(text) ? 'template.json' : 'template.yaml';
  const names = [...template.parameters.keys()];
  requireNames('parameter', names);
  requireNames('output', [...template.outputs.keys()]);
  const capabilities = capabilitiesOf(template);
  const file = `\${file("\${path.module}/${fileName}")}`;
  const root = {
    terraform: { required_providers: { aws: { source: 'hashicorp/aws' } } },
    ...(bucket === undefined ? {} : { data: { aws_s3_bucket: { template: { bucket } } } }),
    ...(names.length > 0
      ? { variable: Object.fromEntries(names.map((name) => [variableName(name), variable(template, name)])) }
      : {}),
    resource: {
      ...(bucket === undefined
        ? {}
        : { aws_s3_object: { template: object(bucket, stackName, fileName, text) } }),
      aws_cloudformation_stack: {
        stack: {
          name: stackName,
          ...(bucket === undefined ? { template_body: file } : { template_url: templateUrl }),
          ...(capabilities.length > 0 ? { capabilities } : {}),
          ...(names.length > 0 ? { parameters: parameters(names) } : {}),
        },
      },
    },
    ...(template.outputs.size > 0
      ? {
          output: Object.fromEntries(
            [...template.outputs].map(([name, condition]) => [outputName(name), output(name, condition)]),
          ),
        }
      : {}),
  };
  return { 'main.tf.json': `${JSON.stringify(root, null, 2)}\n`, [fileName]: text };
}

const templateUrl = `https://\${data.aws_s3_bucket.template.bucket_regional_domain_name}/\${aws_s3_object.template.key}`;

/** A changed template is another object, so that the stack is updated; the old one goes after that. */
function object(bucket: string, stackName: string, fileName: string, text: string) {
  const digest = createHash('sha256').update(text).digest('hex');
  return {
    bucket,
    key: `deployment-engine/${stackName}/${digest}-${fileName}`,
    content: `\${file("\${path.module}/${fileName}")}`,
    lifecycle: { create_before_destroy: true },
  };
}

/** Other names would be read as Terraform code. */
function requireNames(what: string, names: string[]): void {
  const wrong = names.find((name) => !/^[A-Za-z0-9]{1,255}$/.test(name));
  if (wrong !== undefined)
    throw new TemplateError(
      `the ${what} ${wrong.slice(0, 100)} has other characters than letters and digits`,
    );
}

/** Returns values as CloudFormation takes them: texts, and lists with commas. */
export function parameterTexts(values: ReadonlyMap<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    [...values].map(([name, value]) => [
      variableName(name),
      Array.isArray(value) ? value.join(',') : String(value),
    ]),
  );
}

function variable({ parameters: all }: CloudFormationTemplate, name: string): Record<string, unknown> {
  const { NoEcho: noEcho, Description: description } = all.get(name) ?? {};
  const isSecret = String(noEcho).toLowerCase() === 'true';
  return {
    type: 'string',
    ...(typeof description === 'string' ? { description: escaped(description) } : {}),
    ...(isSecret ? { sensitive: true } : {}),
  };
}

/** An output under a condition may not be there. */
function output(name: string, condition: string | undefined): { value: string } {
  const value = `${stackAddress}.outputs["${name}"]`;
  return { value: condition === undefined ? `\${${value}}` : `\${try(${value}, null)}` };
}

/** Names in Terraform start with a letter. */
function outputName(name: string): string {
  return /^[0-9]/.test(name) ? `output${name}` : name;
}

function parameters(names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, `\${var.${variableName(name)}}`]));
}

/** Keeps Terraform from reading a template in a text. */
function escaped(text: string): string {
  return text.replaceAll('${', '$${').replaceAll('%{', '%%{');
}
