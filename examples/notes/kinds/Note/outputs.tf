output "text" {
  description = "The text, known at plan if it is one of its own."
  value       = local.text
}

output "id" {
  description = "Id of the note, known after apply."
  value       = terraform_data.note.id
}
