locals {
  port      = try(var.spec.ports[0].port, null)
  ports     = { for p in try(var.spec.ports, []) : p.name => p }
  balancer  = try(local.infra.networking.loadBalancer, {})
  lb        = local.port != null && try(local.balancer.enabled, false)
  network   = try(local.balancer.type, "application") == "network"
  internal  = try(local.balancer.internal, true)
  cert      = try(local.balancer.certificateArn, null)
  lb_port   = local.cert != null ? 443 : local.network ? local.port : 80
  readiness = try(var.spec.healthCheck.readiness, {})
  path      = try(local.balancer.healthCheckPath, local.readiness.http.path, null)
  # no try: of values known later it makes a list of unknown length
  lb_cidrs = can(local.balancer.allowedCIDRs) ? local.balancer.allowedCIDRs : var.context.network.internalCidrs
}
resource "aws_service_discovery_service" "this" {
  count = local.port == null ? 0 : 1
  name  = "${var.context.service}-${var.context.component}"
  dns_config {
    namespace_id = var.context.platform.namespaceId
    dns_records {
      type = "A"
      ttl  = 10
    }
  }
  health_check_custom_config { failure_threshold = 1 }
}
resource "aws_vpc_security_group_ingress_rule" "task" {
  for_each          = merge([for name, p in local.ports : { for i, c in var.context.network.internalCidrs : "${name}-${i}" => merge(p, { cidr = c }) }]...)
  security_group_id = aws_security_group.task.id
  ip_protocol       = try(each.value.protocol, "tcp")
  from_port         = each.value.port
  to_port           = each.value.port
  cidr_ipv4         = each.value.cidr
}
resource "aws_security_group" "lb" {
  count       = local.lb ? 1 : 0
  name_prefix = "${local.n}-lb-"
  description = "Load balancer of ${var.context.service}/${var.context.component}"
  vpc_id      = var.context.network.vpcId
}
resource "aws_vpc_security_group_ingress_rule" "lb" {
  for_each          = { for i, c in local.lb_cidrs : tostring(i) => c if local.lb }
  security_group_id = aws_security_group.lb[0].id
  ip_protocol       = "tcp"
  from_port         = local.lb_port
  to_port           = local.lb_port
  cidr_ipv4         = each.value
}
resource "aws_vpc_security_group_egress_rule" "lb" {
  count             = local.lb ? 1 : 0
  security_group_id = aws_security_group.lb[0].id
  ip_protocol       = "tcp"
  from_port         = local.port
  to_port           = local.port
  cidr_ipv4         = "0.0.0.0/0"
}
resource "aws_lb" "this" {
  count                      = local.lb ? 1 : 0
  name                       = local.n
  internal                   = local.internal
  load_balancer_type         = local.network ? "network" : "application"
  subnets                    = local.internal ? var.context.network.privateSubnetIds : var.context.network.publicSubnetIds
  security_groups            = [aws_security_group.lb[0].id]
  drop_invalid_header_fields = local.network ? null : true
  enable_deletion_protection = var.context.protect
}
resource "aws_lb_target_group" "this" {
  count       = local.lb ? 1 : 0
  name_prefix = "ms-"
  port        = local.port
  protocol    = local.network ? "TCP" : "HTTP"
  target_type = "ip"
  vpc_id      = var.context.network.vpcId
  # AWS accepts 5 to 300 s between checks, each shorter than that, and 2 to 10 answers.
  health_check {
    protocol            = local.network && local.path == null ? "TCP" : upper(try(local.readiness.http.scheme, "http"))
    path                = local.network && local.path == null ? null : coalesce(local.path, "/")
    port                = try(tostring(local.readiness.http.port), tostring(local.readiness.tcp.port), "traffic-port")
    matcher             = local.network && local.path == null ? null : "200-399"
    interval            = min(300, max(5, try(local.readiness.periodSeconds, 10)))
    timeout             = min(max(4, try(local.readiness.periodSeconds, 10) - 1), max(2, try(local.readiness.timeoutSeconds, 5)), 120)
    healthy_threshold   = max(2, try(local.readiness.successThreshold, 2))
    unhealthy_threshold = max(2, try(local.readiness.failureThreshold, 3))
  }
  # The listener uses the old group until the new one is there.
  lifecycle { create_before_destroy = true }
}
resource "aws_lb_listener" "this" {
  count             = local.lb ? 1 : 0
  load_balancer_arn = aws_lb.this[0].arn
  port              = local.lb_port
  protocol          = local.network ? (local.cert == null ? "TCP" : "TLS") : (local.cert == null ? "HTTP" : "HTTPS")
  ssl_policy        = local.cert == null ? null : try(local.balancer.sslPolicy, "ELBSecurityPolicy-TLS13-1-2-2021-06")
  certificate_arn   = local.cert
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this[0].arn
  }
}
