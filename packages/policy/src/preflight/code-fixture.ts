import { defaultPolicySettings } from '@deployment-engine/contracts';
import type { PolicySettings } from '../plan/settings.ts';
import { preflight } from './preflight.ts';

export type Files = Record<string, string | Uint8Array>;
export const judge = (files: Files, settings: PolicySettings = defaultPolicySettings) =>
  preflight(new Map(Object.entries(files)), settings);
export const tf = (code: string): Files => ({ 'main.tf': code });
export const json = (value: unknown): Files => ({ 'main.tf.json': JSON.stringify(value) });
export const local = (expression: string): Files => tf(`locals {\n  a = ${expression}\n}\n`);
export const resource = (body: string, type = 'aws_s3_bucket') =>
  tf(`resource "${type}" "b" {\n${body}\n}\n`);
export const module = (source: string): Files => ({
  ...tf(`module "m" {\n  source = "${source}"\n}\n`),
  'm/a.tf': '',
});
