output "endpoint" {
  description = "Host name for writes and reads"
  value       = local.aurora ? aws_rds_cluster.this[0].endpoint : aws_db_instance.this[0].address
}
output "readerEndpoint" {
  description = "Host name for reads; null if there is none"
  value       = local.aurora ? aws_rds_cluster.this[0].reader_endpoint : null
}
output "port" {
  description = "Port, as a text"
  value       = tostring(local.port)
}
output "databaseName" {
  description = "Name of the database"
  value       = var.spec.database.name
}
output "instanceId" {
  description = "Identifier of the instance or cluster"
  value       = local.id
}
output "secretArn" {
  description = "ARN of the secret with user name and password, made and rotated by AWS"
  value       = try(aws_db_instance.this[0].master_user_secret[0].secret_arn, aws_rds_cluster.this[0].master_user_secret[0].secret_arn, null)
}
output "securityGroupId" {
  description = "Id of the security group"
  value       = aws_security_group.this.id
}
