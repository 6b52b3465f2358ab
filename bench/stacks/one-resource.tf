variable "name" {
  type    = string
  default = "bench"
}

resource "terraform_data" "only" {
  input = var.name
}

output "name" {
  value = terraform_data.only.output
}
