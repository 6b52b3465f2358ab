output "tableName" {
  description = "Name of the table"
  value       = aws_dynamodb_table.this.name
}
output "arn" {
  description = "ARN"
  value       = aws_dynamodb_table.this.arn
}
output "streamArn" {
  description = "ARN of the stream; null without one"
  value       = try(aws_dynamodb_table.this.stream_arn, null)
}
