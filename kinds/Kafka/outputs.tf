output "arn" {
  description = "ARN"
  value       = aws_msk_serverless_cluster.this.arn
}
