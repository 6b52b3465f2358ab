# The network of vpc.id. Its subnets are those that are named, else all: private ones give no public addresses.
locals {
  existing = 1 - local.create
  vpc      = one(concat(aws_vpc.this, data.aws_vpc.existing))
  private  = local.create == 1 ? [for s in aws_subnet.private : s.id] : try(var.spec.vpc.privateSubnetIds, sort(data.aws_subnets.private[0].ids))
  public   = local.create == 1 ? [for s in aws_subnet.public : s.id] : try(var.spec.vpc.publicSubnetIds, sort(data.aws_subnets.public[0].ids))
}
data "aws_vpc" "existing" {
  count = local.existing
  id    = try(var.spec.vpc.id, null)
  lifecycle {
    precondition {
      condition     = can(var.spec.vpc.id)
      error_message = "vpc.create is not true and vpc.id is missing: set one of them."
    }
  }
}
data "aws_subnets" "private" {
  count = can(var.spec.vpc.privateSubnetIds) ? 0 : local.existing
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.existing[0].id]
  }
  filter {
    name   = "map-public-ip-on-launch"
    values = ["false"]
  }
  lifecycle {
    postcondition {
      condition     = length(self.ids) > 0
      error_message = "vpc.id has no subnet without public addresses: name the subnets in vpc.privateSubnetIds."
    }
  }
}
data "aws_subnets" "public" {
  count = can(var.spec.vpc.publicSubnetIds) ? 0 : local.existing
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.existing[0].id]
  }
  filter {
    name   = "map-public-ip-on-launch"
    values = ["true"]
  }
}
