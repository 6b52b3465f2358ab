output "arn" {
  description = "ARN"
  value       = aws_sns_topic.this.arn
}
output "name" {
  description = "Name"
  value       = aws_sns_topic.this.name
}
