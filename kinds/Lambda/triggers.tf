locals {
  triggers = { for i, t in try(var.spec.triggers, []) : tostring(i) => merge(t, { key = tostring(i) }) }
  of       = { for type in ["sqs", "kinesis", "dynamodb", "sns", "s3", "eventbridge", "apigateway"] : type => { for i, t in local.triggers : i => t if t.type == type } }
  polled   = merge(local.of.sqs, local.of.kinesis, local.of.dynamodb)
  # What the function may do at its sources.
  source_actions = {
    sqs      = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    kinesis  = ["kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator"]
    dynamodb = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
  }
  sources = merge(
    { for i, t in merge(local.of.sqs, local.of.kinesis, local.of.sns) : i => try(tostring(t.source.arn), var.inputs["${t.source.component}.arn"]) },
    { for i, t in local.of.dynamodb : i => try(tostring(t.source.arn), var.inputs["${t.source.component}.streamArn"]) },
  )
  # A bucket has one list of notifications, so all triggers of a bucket are in one resource.
  buckets = { for i, t in local.of.s3 : try(t.source.component, t.s3.bucket, "") => t... }
  incomplete = concat(
    [for i, t in merge(local.polled, local.of.sns) : "${t.type} needs source.component or source.arn" if !can(t.source.component) && !can(t.source.arn)],
    [for i, t in local.of.eventbridge : "eventbridge needs schedule; for events of a bus, name the function as a target of the kind EventBridge" if !can(t.schedule)],
    [for i, t in local.of.apigateway : "apigateway needs http.path" if !can(t.http.path)],
    [for i, t in local.of.s3 : "s3 needs s3.events, and source.component or s3.bucket" if !can(t.s3.events) || (!can(t.source.component) && !can(t.s3.bucket))],
  )
}
resource "aws_iam_role_policy" "source" {
  for_each = local.polled
  name     = "source-${each.key}"
  role     = aws_iam_role.this.id
  policy   = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = local.source_actions[each.value.type], Resource = local.sources[each.key] }] })
}
resource "aws_lambda_event_source_mapping" "this" {
  for_each          = local.polled
  event_source_arn  = local.sources[each.key]
  function_name     = aws_lambda_function.this.arn
  batch_size        = tonumber(try(each.value.batchSize, 10))
  starting_position = each.value.type == "sqs" ? null : "LATEST"
  depends_on        = [aws_iam_role_policy.source]
}
resource "aws_cloudwatch_event_rule" "this" {
  for_each            = local.of.eventbridge
  name                = "${substr(local.n, 0, 58)}-${each.key}"
  schedule_expression = try(each.value.schedule, null)
  description         = try(each.value.description, null)
}
resource "aws_cloudwatch_event_target" "this" {
  for_each = aws_cloudwatch_event_rule.this
  rule     = each.value.name
  arn      = aws_lambda_function.this.arn
}
resource "aws_lambda_permission" "events" {
  for_each      = aws_cloudwatch_event_rule.this
  statement_id  = "events-${each.key}"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this.function_name
  principal     = "events.amazonaws.com"
  source_arn    = each.value.arn
}
resource "aws_sns_topic_subscription" "this" {
  for_each  = local.of.sns
  topic_arn = local.sources[each.key]
  protocol  = "lambda"
  endpoint  = aws_lambda_function.this.arn
}
resource "aws_lambda_permission" "sns" {
  for_each      = local.of.sns
  statement_id  = "sns-${each.key}"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this.function_name
  principal     = "sns.amazonaws.com"
  source_arn    = local.sources[each.key]
}
resource "aws_s3_bucket_notification" "this" {
  for_each = local.buckets
  bucket   = try(var.inputs["${each.value[0].source.component}.bucketName"], each.value[0].s3.bucket)
  dynamic "lambda_function" {
    for_each = each.value
    content {
      lambda_function_arn = aws_lambda_function.this.arn
      events              = lambda_function.value.s3.events
      filter_prefix       = try(lambda_function.value.s3.prefix, null)
      filter_suffix       = try(lambda_function.value.s3.suffix, null)
    }
  }
  depends_on = [aws_lambda_permission.s3]
}
resource "aws_lambda_permission" "s3" {
  for_each       = local.buckets
  statement_id   = "s3-${substr(sha1(each.key), 0, 8)}"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.this.function_name
  principal      = "s3.amazonaws.com"
  source_arn     = "arn:aws:s3:::${try(var.inputs["${each.value[0].source.component}.bucketName"], each.value[0].s3.bucket)}"
  source_account = local.account
}
