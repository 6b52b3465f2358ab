output "serviceArn" {
  description = "ARN of the ECS service"
  value       = local.service.id
}
output "serviceName" {
  description = "Name of the ECS service"
  value       = local.service.name
}
output "clusterName" {
  description = "Name of the ECS cluster"
  value       = var.context.platform.clusterName
}
output "logGroup" {
  description = "Name of the log group"
  value       = aws_cloudwatch_log_group.this.name
}
output "taskRoleArn" {
  description = "ARN of the role that the container has"
  value       = aws_iam_role.task.arn
}
