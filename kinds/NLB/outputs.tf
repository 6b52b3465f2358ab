output "dnsName" {
  description = "Host name"
  value       = aws_lb.this.dns_name
}
output "arn" {
  description = "ARN"
  value       = aws_lb.this.arn
}
output "targetGroupArns" {
  description = "ARNs of the target groups by name"
  value       = { for k, v in aws_lb_target_group.this : k => v.arn }
}
