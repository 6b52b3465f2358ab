terraform {
  required_version = ">= 1.5"
}

variable "name" {
  type        = string
  default     = "world"
  description = "Who is greeted"
}

# Part of Terraform itself: needs no provider download and no cloud account.
resource "terraform_data" "greeting" {
  input = "Hello, ${var.name}!"
}

output "greeting" {
  value = terraform_data.greeting.output
}
