output "bucketName" {
  description = "Name of the bucket"
  value       = aws_s3_bucket.this.bucket
}
output "arn" {
  description = "ARN"
  value       = aws_s3_bucket.this.arn
}
output "domainName" {
  description = "Regional host name of the bucket"
  value       = aws_s3_bucket.this.bucket_regional_domain_name
}
