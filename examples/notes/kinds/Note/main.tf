locals {
  # A text of its own, or an output of another component.
  text = try(tostring(var.spec.text), var.inputs["${var.spec.text.valueFrom.component}.${var.spec.text.valueFrom.output}"])
}

# Part of Terraform itself: needs no provider and no cloud account.
resource "terraform_data" "note" {
  input = {
    text  = local.text
    owner = var.spec.owner
    place = "${var.context.stack}/${var.context.environment}"
  }
}
