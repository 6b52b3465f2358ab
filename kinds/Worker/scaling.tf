locals {
  auto        = try(local.infra.scaling.autoscaling.enabled, false)
  autoscaling = try(local.infra.scaling.autoscaling, {})
  metric_targets = local.auto ? merge(
    { CPUUtilization = try(local.autoscaling.targetCPUPercent, 70) },
    try({ MemoryUtilization = local.autoscaling.targetMemoryPercent }, {}),
    { for p in try(local.autoscaling.policies, []) : p.metric => p.targetValue },
  ) : {}
  # Metric names of Application Auto Scaling.
  metrics = { CPUUtilization = "ECSServiceAverageCPUUtilization", MemoryUtilization = "ECSServiceAverageMemoryUtilization" }
}
resource "aws_appautoscaling_target" "this" {
  count              = local.auto ? 1 : 0
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${var.context.platform.clusterName}/${aws_ecs_service.scaled[0].name}"
  min_capacity       = local.autoscaling.minReplicas
  max_capacity       = local.autoscaling.maxReplicas
}
resource "aws_appautoscaling_policy" "this" {
  for_each           = local.metric_targets
  name               = each.key
  policy_type        = "TargetTrackingScaling"
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = aws_appautoscaling_target.this[0].resource_id
  target_tracking_scaling_policy_configuration {
    target_value = each.value
    predefined_metric_specification { predefined_metric_type = local.metrics[each.key] }
  }
}
