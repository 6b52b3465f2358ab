# Roles have names that are known before they exist, so that the plan shows what their policies allow.
locals {
  exec_role = "${local.n}-exec"
  task_role = "${local.n}-task"
  ecs_trust = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }] })
}
resource "aws_iam_role" "execution" {
  name               = local.exec_role
  assume_role_policy = local.ecs_trust
}
resource "aws_iam_role_policy" "execution" {
  name = "pull-and-log"
  role = aws_iam_role.execution.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = ["ecr:GetAuthorizationToken"], Resource = "*" },
    { Effect = "Allow", Action = ["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"], Resource = "arn:aws:ecr:*:*:repository/*" },
  { Effect = "Allow", Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = "arn:aws:logs:${var.context.region}:${local.account}:log-group:${local.log_group}:*" }] })
}
resource "aws_iam_role_policy" "secrets" {
  count  = length(local.arns) > 0 ? 1 : 0
  name   = "secrets"
  role   = aws_iam_role.execution.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = ["secretsmanager:GetSecretValue"], Resource = [for a in values(local.arns) : "${a}*"] }] })
}
resource "aws_iam_role" "task" {
  name               = local.task_role
  assume_role_policy = local.ecs_trust
}
resource "aws_iam_role_policy" "exec" {
  count  = try(var.spec.exec, false) ? 1 : 0
  name   = "exec"
  role   = aws_iam_role.task.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = ["ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel"], Resource = "*" }] })
}
