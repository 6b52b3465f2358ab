output "url" {
  description = "URL of the queue"
  value       = aws_sqs_queue.this.url
}
output "queueUrl" {
  description = "URL of the queue"
  value       = aws_sqs_queue.this.url
}
output "arn" {
  description = "ARN"
  value       = aws_sqs_queue.this.arn
}
output "name" {
  description = "Name"
  value       = aws_sqs_queue.this.name
}
output "deadLetterArn" {
  description = "ARN of the dead letter queue; null without one"
  value       = try(aws_sqs_queue.dead[0].arn, null)
}
