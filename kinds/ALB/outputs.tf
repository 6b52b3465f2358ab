output "dnsName" {
  description = "Host name"
  value       = aws_lb.this.dns_name
}
output "url" {
  description = "Address that clients use"
  value       = "${contains(keys(local.listeners), "443") ? "https" : "http"}://${aws_lb.this.dns_name}"
}
output "arn" {
  description = "ARN"
  value       = aws_lb.this.arn
}
output "listenerArns" {
  description = "ARNs of the listeners by port"
  value       = { for k, v in aws_lb_listener.this : k => v.arn }
}
output "targetGroupArns" {
  description = "ARNs of the target groups by name"
  value       = { for k, v in aws_lb_target_group.this : k => v.arn }
}
output "securityGroupId" {
  description = "Id of the security group"
  value       = aws_security_group.this.id
}
