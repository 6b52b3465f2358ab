import { existsSync } from 'node:fs';

/** Lets the sandbox see what a shell needs; the code waits by one. */
export const shellEnv = {
  SANDBOX_READ_ONLY_PATHS: ['/bin', '/lib', '/lib64', '/usr'].filter((path) => existsSync(path)).join(','),
};

/** An apply that takes about four seconds without a cloud: each link waits for the one before. */
export const slowCode = `${Array.from(
  { length: 8 },
  (_, index) => `resource "terraform_data" "r${index}" {
  input = ${index === 0 ? '1' : `terraform_data.r${index - 1}.output + 1`}
  provisioner "local-exec" {
    command = "sleep 0.5"
  }
}
`,
).join('')}
output "count" { value = terraform_data.r7.output }
`;
