output "endpoint" {
  description = "Host name for writes and reads"
  value       = try(aws_memorydb_cluster.this.cluster_endpoint[0].address, null)
}
output "port" {
  description = "Port, as a text"
  value       = tostring(local.port)
}
