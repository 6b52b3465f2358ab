# Instances of the component's own for runtime.platform ec2: one per replica, of which two fit for a rolling deployment.
locals {
  platforms     = ["fargate", "ec2"]
  ec2           = local.platform == "ec2" ? 1 : 0
  instances     = max(1, try(local.infra.scaling.replicas, 1), local.auto ? local.autoscaling.maxReplicas : 1)
  instance_role = "${local.n}-instance"
}
data "aws_ssm_parameter" "image" {
  count = local.ec2
  name  = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
}
resource "aws_iam_role" "instance" {
  count              = local.ec2
  name               = local.instance_role
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }] })
}
resource "aws_iam_role_policy" "instance" {
  count = local.ec2
  name  = "join-cluster"
  role  = aws_iam_role.instance[0].id
  policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = ["ecs:DiscoverPollEndpoint", "ecr:GetAuthorizationToken"], Resource = "*" },
    { Effect = "Allow", Action = ["ecs:RegisterContainerInstance", "ecs:DeregisterContainerInstance"], Resource = var.context.platform.clusterArn },
    { Effect = "Allow", Action = ["ecs:Poll", "ecs:StartTelemetrySession", "ecs:Submit*", "ecs:UpdateContainerInstancesState"], Resource = "*", Condition = { ArnEquals = { "ecs:cluster" = var.context.platform.clusterArn } } },
  { Effect = "Allow", Action = ["ssm:UpdateInstanceInformation", "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel"], Resource = "*" }] })
}
resource "aws_iam_instance_profile" "instance" {
  count = local.ec2
  name  = local.instance_role
  role  = aws_iam_role.instance[0].name
}
resource "aws_security_group" "instance" {
  count       = local.ec2
  name_prefix = "${local.n}-host-"
  description = "Instances of ${var.context.service}/${var.context.component}"
  vpc_id      = var.context.network.vpcId
}
resource "aws_vpc_security_group_egress_rule" "instance" {
  count             = local.ec2
  security_group_id = aws_security_group.instance[0].id
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}
resource "aws_launch_template" "this" {
  count                  = local.ec2
  name_prefix            = "${local.n}-"
  image_id               = data.aws_ssm_parameter.image[0].insecure_value
  instance_type          = try(var.spec.runtime.instanceType, "t3.medium")
  update_default_version = true
  vpc_security_group_ids = [aws_security_group.instance[0].id]
  user_data = base64encode(join("\n", [
    "#!/bin/sh",
    "echo 'ECS_CLUSTER=${var.context.platform.clusterName}' >> /etc/ecs/ecs.config",
    "echo 'ECS_INSTANCE_ATTRIBUTES={\"component\":\"${local.n}\"}' >> /etc/ecs/ecs.config",
    "",
  ]))
  iam_instance_profile { name = aws_iam_instance_profile.instance[0].name }
  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
  }
  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      volume_type = "gp3"
      volume_size = 30
      encrypted   = "true"
    }
  }
  lifecycle { ignore_changes = [image_id] }
}
resource "aws_autoscaling_group" "this" {
  count               = local.ec2
  name                = local.n
  min_size            = local.instances
  max_size            = local.instances
  vpc_zone_identifier = var.context.network.privateSubnetIds
  launch_template {
    id      = aws_launch_template.this[0].id
    version = aws_launch_template.this[0].latest_version
  }
  instance_refresh { strategy = "Rolling" }
  tag {
    key                 = "Name"
    value               = local.n
    propagate_at_launch = true
  }
}
