import type { LocalAws } from '../support/local-aws.ts';

/** Thirty resources of four services, all named after the project. */
export function chaosStack(prefix: string): string {
  return `
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}
provider "aws" {
  region = "us-east-1"
}
resource "aws_s3_bucket" "b" {
  count         = 8
  bucket        = "${prefix}-b\${count.index}"
  force_destroy = true
}
resource "aws_dynamodb_table" "t" {
  count        = 6
  name         = "${prefix}-t\${count.index}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
}
resource "aws_iam_role" "r" {
  count              = 8
  name               = "${prefix}-r\${count.index}"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }] })
}
resource "aws_cloudwatch_log_group" "l" {
  count             = 8
  name              = "${prefix}-l\${count.index}"
  retention_in_days = 14
}
`;
}

export const resourceCount = 30;

/** Addresses of the stack's resources that exist in the local AWS, told by its own API. */
export async function existingAddresses(aws: LocalAws, prefix: string): Promise<Set<string>> {
  const answers = await Promise.all([
    aws.call('s3', {}),
    aws.call('dynamodb', { target: 'DynamoDB_20120810.ListTables' }),
    aws.call('iam', { query: 'Action=ListRoles&Version=2010-05-08&MaxItems=1000' }),
    aws.call('logs', { target: 'Logs_20140328.DescribeLogGroups', body: { logGroupNamePrefix: prefix } }),
  ]);
  const text = answers.join('\n');
  const types: Record<string, string> = {
    b: 'aws_s3_bucket',
    t: 'aws_dynamodb_table',
    r: 'aws_iam_role',
    l: 'aws_cloudwatch_log_group',
  };
  const found = new Set<string>();
  for (const [, letter = '', index] of text.matchAll(new RegExp(`[>"]${prefix}-([btrl])(\\d+)[<"]`, 'g')))
    found.add(`${types[letter]}.${letter}[${index}]`);
  return found;
}
