output "busName" {
  description = "Name of the bus"
  value       = local.own ? aws_cloudwatch_event_bus.this[0].name : "default"
}
output "arn" {
  description = "ARN of the own bus; null for the default bus"
  value       = try(aws_cloudwatch_event_bus.this[0].arn, null)
}
output "ruleArns" {
  description = "ARNs of the rules by name"
  value       = { for k, v in aws_cloudwatch_event_rule.this : k => v.arn }
}
