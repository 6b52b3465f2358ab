output "endpoint" {
  description = "Host name for writes and reads"
  value       = aws_elasticache_replication_group.this.primary_endpoint_address
}
output "readerEndpoint" {
  description = "Host name for reads; null if there is none"
  value       = try(aws_elasticache_replication_group.this.reader_endpoint_address, null)
}
output "port" {
  description = "Port, as a text"
  value       = tostring(local.port)
}
output "tls" {
  description = "Whether clients must use TLS"
  value       = try(var.spec.security.transitEncryption, true)
}
