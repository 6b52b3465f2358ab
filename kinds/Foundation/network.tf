# The network of vpc.create. With vpc.id, existing.tf looks up an existing one and nothing of this file is created.
locals {
  create = try(var.spec.vpc.create, false) ? 1 : 0
  range  = try(var.spec.vpc.cidrBlock, "10.0.0.0/16")
  zones  = local.create == 1 ? { for i, az in try(var.spec.availabilityZones, []) : az => i } : {}
  nat    = local.create == 1 && try(var.spec.natGateway.enabled, false) ? 1 : 0
}
resource "aws_vpc" "this" {
  count                = local.create
  cidr_block           = local.range
  enable_dns_hostnames = true
  enable_dns_support   = true
  tags                 = { Name = local.n }
}
resource "aws_default_security_group" "closed" {
  count  = local.create
  vpc_id = aws_vpc.this[0].id
}
resource "aws_subnet" "public" {
  for_each                = local.zones
  vpc_id                  = aws_vpc.this[0].id
  availability_zone       = each.key
  cidr_block              = cidrsubnet(local.range, 8, each.value + 1)
  map_public_ip_on_launch = false
  tags                    = { Name = "${local.n}-public-${each.key}" }
}
resource "aws_subnet" "private" {
  for_each          = local.zones
  vpc_id            = aws_vpc.this[0].id
  availability_zone = each.key
  cidr_block        = cidrsubnet(local.range, 8, (each.value + 1) * 10)
  tags              = { Name = "${local.n}-private-${each.key}" }
}
resource "aws_internet_gateway" "this" {
  count  = local.create
  vpc_id = aws_vpc.this[0].id
}
resource "aws_route_table" "public" {
  count  = local.create
  vpc_id = aws_vpc.this[0].id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.this[0].id
  }
}
resource "aws_route_table_association" "public" {
  for_each       = aws_subnet.public
  subnet_id      = each.value.id
  route_table_id = aws_route_table.public[0].id
}
resource "aws_eip" "nat" {
  count  = local.nat
  domain = "vpc"
}
resource "aws_nat_gateway" "this" {
  count         = local.nat
  allocation_id = aws_eip.nat[0].id
  subnet_id     = values(aws_subnet.public)[0].id
}
resource "aws_route_table" "private" {
  count  = local.create
  vpc_id = aws_vpc.this[0].id
  dynamic "route" {
    for_each = aws_nat_gateway.this
    content {
      cidr_block     = "0.0.0.0/0"
      nat_gateway_id = route.value.id
    }
  }
}
resource "aws_route_table_association" "private" {
  for_each       = aws_subnet.private
  subnet_id      = each.value.id
  route_table_id = aws_route_table.private[0].id
}
