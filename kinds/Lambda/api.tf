# Triggers of type apigateway: routes of the API that source.component names, else of an API of the function's own.
locals {
  routes  = { for i, t in local.of.apigateway : i => merge(t, { route = "${upper(try(t.http.method, "GET"))} ${try(t.http.path, "/")}" }) }
  own_api = anytrue([for t in values(local.routes) : !can(t.source.component)])
}
resource "aws_cloudwatch_log_group" "api" {
  count             = local.own_api ? 1 : 0
  name              = "/apigw/${local.n}"
  retention_in_days = var.context.retentionDays
}
resource "aws_apigatewayv2_api" "this" {
  count         = local.own_api ? 1 : 0
  name          = local.n
  protocol_type = "HTTP"
}
resource "aws_apigatewayv2_stage" "this" {
  count       = local.own_api ? 1 : 0
  api_id      = aws_apigatewayv2_api.this[0].id
  name        = "$default"
  auto_deploy = true
  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.api[0].arn
    format          = jsonencode({ requestId = "$context.requestId", status = "$context.status", path = "$context.path" })
  }
  default_route_settings {
    throttling_burst_limit = 100
    throttling_rate_limit  = 50
  }
}
resource "aws_apigatewayv2_integration" "this" {
  for_each               = local.routes
  api_id                 = can(each.value.source.component) ? var.inputs["${each.value.source.component}.apiId"] : aws_apigatewayv2_api.this[0].id
  integration_type       = "AWS_PROXY"
  integration_uri        = aws_lambda_function.this.invoke_arn
  payload_format_version = "2.0"
}
resource "aws_apigatewayv2_route" "this" {
  for_each  = local.routes
  api_id    = aws_apigatewayv2_integration.this[each.key].api_id
  route_key = each.value.route
  target    = "integrations/${aws_apigatewayv2_integration.this[each.key].id}"
}
resource "aws_lambda_permission" "api" {
  for_each      = local.routes
  statement_id  = "api-${each.key}"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "arn:aws:execute-api:${var.context.region}:${local.account}:${aws_apigatewayv2_integration.this[each.key].api_id}/*/*"
}
