output "endpoint" {
  description = "Host name for writes and reads"
  value       = aws_docdb_cluster.this.endpoint
}
output "readerEndpoint" {
  description = "Host name for reads; null if there is none"
  value       = aws_docdb_cluster.this.reader_endpoint
}
output "port" {
  description = "Port, as a text"
  value       = tostring(local.port)
}
output "secretArn" {
  description = "ARN of the secret with user name and password, made and rotated by AWS"
  value       = try(aws_docdb_cluster.this.master_user_secret[0].secret_arn, null)
}
