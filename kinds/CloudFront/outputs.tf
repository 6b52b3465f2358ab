output "domainName" {
  description = "Host name"
  value       = aws_cloudfront_distribution.this.domain_name
}
output "distributionId" {
  description = "Id of the distribution"
  value       = aws_cloudfront_distribution.this.id
}
output "arn" {
  description = "ARN"
  value       = aws_cloudfront_distribution.this.arn
}
output "url" {
  description = "Address with https"
  value       = "https://${aws_cloudfront_distribution.this.domain_name}"
}
