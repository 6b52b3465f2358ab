output "arn" {
  description = "ARN"
  value       = aws_msk_cluster.this.arn
}
output "bootstrapBrokers" {
  description = "Addresses of the brokers for IAM authentication"
  value       = aws_msk_cluster.this.bootstrap_brokers_sasl_iam
}
