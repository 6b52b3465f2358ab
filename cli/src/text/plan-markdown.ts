import { stripVTControlCharacters } from 'node:util';
import type { PlanView } from '@deployment-engine/contracts';
import { planNotes, planText } from './plan-text.ts';
import { printable } from './printable.ts';
import { planSummaryText } from './summary-text.ts';

/** GitHub accepts comments of 65,536 characters; some are for the text around them. */
const maxCharacters = 60_000;

/** Renders a plan as Markdown for a comment: changes, costs and findings of the policy. */
export function planMarkdown(plan: PlanView): string {
  const notes = planNotes(plan);
  return [
    `### Plan of ${plan.projectId}: ${planSummaryText(plan.summary)}`,
    ...(notes.length > 0 ? [fenced('text', notes.join('\n\n'))] : []),
    `<details><summary>Changes</summary>\n\n${fenced('diff', stripVTControlCharacters(planText(plan)).split('\n').map(asDiff).join('\n'))}\n\n</details>`,
    `Job ${plan.jobId}, plan ${plan.digest.slice(0, 12)}`,
  ]
    .join('\n\n')
    .concat('\n');
}

/** Encloses a text of code or a provider, which cannot end the block, mention anybody or contain HTML. */
export function fenced(language: string, text: string): string {
  const plain = cut(printable(text.trimEnd()));
  const longest = Math.max(0, ...[...plain.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return `${fence}${language}\n${plain}\n${fence}`;
}

function cut(text: string): string {
  if (text.length <= maxCharacters) return text;
  const kept = text.slice(0, text.lastIndexOf('\n', maxCharacters) + 1);
  const left = text.slice(kept.length).split('\n').length;
  return `${kept}… ${left} more lines; deployer shows them all`;
}

/** A diff is coloured by the first character of its lines. */
function asDiff(line: string): string {
  const [, indent = '', sign = '', rest = ''] = /^( *)(-\/\+|[-+~])( .*)$/.exec(line) ?? [];
  if (sign === '') return ` ${line}`;
  return `${sign === '~' ? '!' : sign.charAt(0)}${indent}${sign.slice(1)}${rest}`;
}
