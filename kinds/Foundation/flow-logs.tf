# What was sent and refused in the network, kept in a bucket, which needs no role.
data "aws_caller_identity" "this" {}
locals {
  account = data.aws_caller_identity.this.account_id
  logs    = lower("${trimsuffix(substr(local.n, 0, 42), "-")}-logs-${local.account}")
}
resource "aws_flow_log" "this" {
  count                = local.create
  vpc_id               = aws_vpc.this[0].id
  traffic_type         = "ALL"
  log_destination_type = "s3"
  log_destination      = aws_s3_bucket.logs[0].arn
  depends_on           = [aws_s3_bucket_policy.logs]
}
resource "aws_s3_bucket" "logs" {
  count         = local.create
  bucket        = local.logs
  force_destroy = !var.context.protect
}
resource "aws_s3_bucket_public_access_block" "logs" {
  count                   = local.create
  bucket                  = aws_s3_bucket.logs[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
resource "aws_s3_bucket_ownership_controls" "logs" {
  count  = local.create
  bucket = aws_s3_bucket.logs[0].id
  rule { object_ownership = "BucketOwnerEnforced" }
}
resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  count  = local.create
  bucket = aws_s3_bucket.logs[0].id
  rule {
    id     = "expire"
    status = "Enabled"
    filter { prefix = "" }
    expiration { days = var.context.retentionDays }
  }
}
# The statements that AWS documents for flow logs in a bucket, and TLS only.
resource "aws_s3_bucket_policy" "logs" {
  count  = local.create
  bucket = aws_s3_bucket.logs[0].id
  policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Sid = "TlsOnly", Effect = "Deny", Principal = "*", Action = "s3:*", Resource = ["arn:aws:s3:::${local.logs}", "arn:aws:s3:::${local.logs}/*"], Condition = { Bool = { "aws:SecureTransport" = "false" } } },
    { Sid = "AWSLogDeliveryWrite", Effect = "Allow", Principal = { Service = "delivery.logs.amazonaws.com" }, Action = "s3:PutObject", Resource = "arn:aws:s3:::${local.logs}/AWSLogs/${local.account}/*", Condition = { StringEquals = { "aws:SourceAccount" = local.account, "s3:x-amz-acl" = "bucket-owner-full-control" }, ArnLike = { "aws:SourceArn" = "arn:aws:logs:${var.context.region}:${local.account}:*" } } },
  { Sid = "AWSLogDeliveryAclCheck", Effect = "Allow", Principal = { Service = "delivery.logs.amazonaws.com" }, Action = "s3:GetBucketAcl", Resource = "arn:aws:s3:::${local.logs}", Condition = { StringEquals = { "aws:SourceAccount" = local.account }, ArnLike = { "aws:SourceArn" = "arn:aws:logs:${var.context.region}:${local.account}:*" } } }] })
  depends_on = [aws_s3_bucket_public_access_block.logs]
}
