import { literalText } from './literal-text.ts';

for (const [text, literal] of [
  ['plain $ and % and {braces}', 'plain $ and % and {braces}'],
  ['${file("/etc/passwd")}', '$${file("/etc/passwd")}'],
  ['%{ if true }x%{ endif }', '%%{ if true }x%%{ endif }'],
  ['${a}-${b}', '$${a}-$${b}'],
  ['$${a} and %%{ if b }', '$$${a} and %%%{ if b }'],
  ['%${a} and $%{ if b }', '%$${a} and $%%{ if b }'],
  ["$& $1 $' $`", "$& $1 $' $`"],
] as const)
  test(`${text} is spelled so that Terraform evaluates nothing of it`, () => {
    expect(literalText(text)).toBe(literal);
  });
