output "url" {
  description = "Address that clients use"
  value       = aws_apigatewayv2_api.this.api_endpoint
}
output "apiId" {
  description = "Id of the API"
  value       = aws_apigatewayv2_api.this.id
}
output "arn" {
  description = "ARN"
  value       = aws_apigatewayv2_api.this.arn
}
