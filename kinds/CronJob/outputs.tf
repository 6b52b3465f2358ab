output "scheduleArn" {
  description = "ARN of the schedule"
  value       = aws_scheduler_schedule.this.arn
}
output "taskDefinition" {
  description = "ARN of the task definition"
  value       = aws_ecs_task_definition.this.arn
}
output "logGroup" {
  description = "Name of the log group"
  value       = aws_cloudwatch_log_group.this.name
}
