variable "spec" {
  description = "What the component's files say."
  type        = any
}

variable "context" {
  description = "Names and surroundings."
  type        = any
}

variable "configs" {
  description = "Text files by name."
  type        = map(string)
  default     = {}
}

variable "inputs" {
  description = "Outputs of other components."
  type        = any
  default     = {}
}
