output "fileSystemId" {
  description = "Id of the file system"
  value       = aws_efs_file_system.this.id
}
output "arn" {
  description = "ARN"
  value       = aws_efs_file_system.this.arn
}
output "dnsName" {
  description = "Host name"
  value       = aws_efs_file_system.this.dns_name
}
output "accessPointIds" {
  description = "Ids of the access points by name"
  value       = { for k, v in aws_efs_access_point.this : k => v.id }
}
