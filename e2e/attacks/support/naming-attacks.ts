import type { Attack } from './attack.ts';

const output = (expression: string) => ({ 'main.tf': `output "x" {\n  value = ${expression}\n}\n` });
const readsModuleFile = `file("\${path.module}/secret.txt")`;

const evidence: Attack['evidence'] = ({ shown, trap }) =>
  shown.includes(trap.canary) || trap.heard.length > 0;

/** Code that does not mean what it seems to, because a name is hidden or an address is an argument. */
export const namingAttacks: Attack[] = [
  {
    row: 10,
    name: 'a variable of for is called path',
    files: ({ directory }) => output(`[for path in [{ module = "${directory}" }] : ${readsModuleFile}]`),
    evidence,
    findings: ['PRE-FILE-FUNCTION'],
  },
  {
    row: 10,
    name: 'a loop of a template is called path',
    files: ({ directory }) =>
      output(`"%{for path in [{ module = "${directory}" }]}\${${readsModuleFile}}%{endfor}"`),
    evidence,
    findings: ['PRE-FILE-FUNCTION'],
  },
  {
    row: 10,
    name: 'an argument of a template file is called path',
    files: ({ directory }) => ({
      ...output(`templatefile("t.tftpl", { path = { module = "${directory}" } })`),
      't.tftpl': `\${${readsModuleFile}}`,
    }),
    evidence,
    findings: ['PRE-FILE-FUNCTION'],
  },
  {
    row: 10,
    name: 'a variable of for is called each',
    files: ({ secretFile }) => ({
      'a.txt': '',
      'main.tf': `resource "terraform_data" "x" {\n  for_each = fileset(path.module, "*.txt")\n  input = [for each in [{ value = "${secretFile}" }] : file(each.value)]\n}\n`,
    }),
    evidence,
    findings: ['PRE-FILE-FUNCTION'],
  },
  {
    row: 10,
    name: 'the iterator of a dynamic block is called each',
    files: ({ secretFile }) => ({
      'a.txt': '',
      'main.tf': `resource "aws_security_group" "x" {\n  for_each = fileset(path.module, "*.txt")\n  dynamic "ingress" {\n    iterator = each\n    for_each = ["${secretFile}"]\n    content {\n      from_port   = 1\n      to_port     = 1\n      protocol    = "tcp"\n      description = file(each.value)\n    }\n  }\n}\n`,
    }),
    evidence,
    findings: ['PRE-BLOCK'],
    always: true,
  },
  {
    row: 13,
    name: 'a data source of a cloud asks an address of the code',
    files: ({ url }) => ({
      'main.tf': `data "aws_ip_ranges" "x" {\n  services = ["ec2"]\n  url      = "${url}/x"\n}\n`,
    }),
    evidence,
    findings: ['PRE-DATA-SOURCE'],
  },
];
