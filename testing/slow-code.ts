import { existsSync } from 'node:fs';

/** Makes a shell visible in the sandbox; the code waits with one. */
export const shellEnv = {
  SANDBOX_READ_ONLY_PATHS: ['/bin', '/lib', '/lib64', '/usr'].filter((path) => existsSync(path)).join(','),
};

/** An apply that takes about four seconds without a cloud: each resource waits for the previous one. */
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
