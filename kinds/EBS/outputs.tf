output "volumeId" {
  description = "Id of the volume"
  value       = aws_ebs_volume.this.id
}
output "arn" {
  description = "ARN"
  value       = aws_ebs_volume.this.arn
}
