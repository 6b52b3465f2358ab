import type { Diagnostic, JobError } from '@deployment-engine/contracts';
import { armFailure } from './arm-failure.ts';

const template = `{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "contentVersion": "1.0.0.0",
  "parameters": { "name": { "type": "string" } },
  "resources": [
    { "type": "Microsoft.Storage/storageAccounts", "apiVersion": "2023-01-01", "name": "[parameters('name')]" },
    { "type": "Microsoft.Sql/servers", "apiVersion": "2023-01-01", "name": "one" },
    { "type": "Microsoft.Sql/servers", "apiVersion": "2023-01-01", "name": "two" }
  ]
}`;
const group = '/subscriptions/0/resourceGroups/g/providers';
const [storage, two] = [
  `${group}/Microsoft.Storage/storageAccounts/shop`,
  `${group}/Microsoft.Sql/servers/two`,
];

/** A failure as the job has it; the text has the form in which the provider shows Azure's answer. */
function failure(error: object): JobError {
  const detail = [
    'the Azure API returned the following error:\n\nStatus: "DeploymentFailed"\nCode: ""\nMessage: "At least one operation failed."',
    `API Response:\n\n----[start]----\n${JSON.stringify({ status: 'Failed', error })}\n-----[end]-----\n`,
  ].join('\n\n---\n\n');
  return said(detail);
}

function said(detail: string): JobError {
  const diagnostic = { severity: 'error', code: 'other', summary: 'creating Template Deployment', detail };
  return {
    step: 'apply',
    reason: 'terraform_failed',
    message: 'it failed',
    diagnostics: [diagnostic as Diagnostic],
    retryable: false,
  };
}

test('the first cause is found inside what follows from it, with the lines in the template', () => {
  const message = JSON.stringify({ error: { code: 'Conflict', message: 'The server is busy.' } });
  const details = [
    { code: 'StorageAccountAlreadyTaken', message: 'The name shop is taken.', target: storage },
    { code: 'ResourceDeploymentFailure', message, target: two },
  ];
  const found = armFailure(
    failure({ code: 'DeploymentFailed', message: 'At least one operation failed.', details }),
    template,
  );
  expect(found).toStrictEqual({
    stack_status: 'DeploymentFailed',
    reason: 'The name shop is taken.',
    resources: [
      { logical_id: 'shop', type: 'Microsoft.Storage/storageAccounts', line: 6 },
      { logical_id: 'two', type: 'Microsoft.Sql/servers', line: 8 },
    ],
  });
});

test('an error without details, one without Azure answer, and another failure', () => {
  expect(armFailure(failure({ code: 'InvalidTemplate', message: 'It is wrong.' }), template)).toStrictEqual({
    stack_status: 'InvalidTemplate',
    reason: 'It is wrong.',
    resources: [],
  });
  const short = 'Status: "QuotaExceeded"\nCode: ""\nMessage: "No \\"cores\\" are left."';
  expect(armFailure(said(short), '{')).toStrictEqual({
    stack_status: 'QuotaExceeded',
    reason: 'No "cores" are left.',
    resources: [],
  });
  expect(armFailure(said('no such host'), template)).toBeUndefined();
});

test('an answer nested without end is cut', () => {
  let error: object = { code: 'a', message: 'the end' };
  for (let depth = 0; depth < 200; depth += 1) error = { code: 'a', message: '', details: [error] };
  expect(armFailure(failure(error), template)).toMatchObject({ stack_status: 'a' });
});
