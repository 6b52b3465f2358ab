output "endpoint" {
  description = "Host name for writes and reads"
  value       = aws_elasticache_cluster.this.cluster_address
}
output "configurationEndpoint" {
  description = "Host and port for automatic discovery"
  value       = aws_elasticache_cluster.this.configuration_endpoint
}
output "port" {
  description = "Port, as a text"
  value       = tostring(local.port)
}
