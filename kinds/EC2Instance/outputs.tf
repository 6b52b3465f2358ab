output "instanceId" {
  description = "Id of the instance"
  value       = aws_instance.this.id
}
output "privateIp" {
  description = "Private address"
  value       = aws_instance.this.private_ip
}
output "availabilityZone" {
  description = "Zone of the instance"
  value       = aws_instance.this.availability_zone
}
output "securityGroupId" {
  description = "Id of the security group"
  value       = aws_security_group.this.id
}
