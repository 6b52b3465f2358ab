export type ChaosStack = {
  code(prefix: string): string;
  /** Number of objects of each type. */
  objects: Record<string, number>;
};

export function sizeOf({ objects }: ChaosStack): number {
  return Object.values(objects).reduce((sum, count) => sum + count, 0);
}

const quickObjects = {
  aws_vpc: 1,
  aws_subnet: 4,
  aws_security_group: 8,
  aws_s3_bucket: 3,
  aws_ssm_parameter: 5,
  aws_iam_role: 4,
  aws_cloudwatch_log_group: 3,
};

/**
 * Thirty resources: half get their ids from the cloud (VPC, subnets, groups with a prefix, an instance, a
 * load balancer), half have their own names.
 */
export const wholeStack: ChaosStack = {
  code: (prefix) => codeOf(prefix, false),
  objects: { ...quickObjects, aws_instance: 1, aws_lb: 1 },
};

/** Without the two that the provider first polls after 10 and 30 s. */
export const quickStack: ChaosStack = { code: (prefix) => codeOf(prefix, true), objects: quickObjects };

function codeOf(prefix: string, isQuick: boolean): string {
  const slowResources = `resource "aws_instance" "i" {
  ami           = "ami-12c6146b"
  instance_type = "t3.micro"
  subnet_id     = aws_subnet.n[0].id
}
resource "aws_lb" "a" {
  name     = "${prefix}-a"
  internal = true
  subnets  = [aws_subnet.n[0].id, aws_subnet.n[1].id]
}
`;
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
resource "aws_vpc" "v" {
  cidr_block = "10.9.0.0/16"
}
resource "aws_subnet" "n" {
  count             = 4
  vpc_id            = aws_vpc.v.id
  cidr_block        = cidrsubnet(aws_vpc.v.cidr_block, 8, count.index)
  availability_zone = count.index % 2 == 0 ? "us-east-1a" : "us-east-1b"
}
resource "aws_security_group" "g" {
  count       = 8
  name_prefix = "${prefix}-g"
  vpc_id      = aws_vpc.v.id
}
${isQuick ? '' : slowResources}resource "aws_s3_bucket" "b" {
  count         = 3
  bucket        = "${prefix}-b\${count.index}"
  force_destroy = true
}
resource "aws_ssm_parameter" "p" {
  count = 5
  name  = "${prefix}-p\${count.index}"
  type  = "String"
  value = "x"
}
resource "aws_iam_role" "r" {
  count              = 4
  name               = "${prefix}-r\${count.index}"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }] })
}
resource "aws_cloudwatch_log_group" "l" {
  count             = 3
  name              = "${prefix}-l\${count.index}"
  retention_in_days = 14
}
`;
}
