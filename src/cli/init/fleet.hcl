# What belongs to the whole fleet. All *.hcl files of this folder are read; their order does not matter.

fleet "demo" {
  required_version = ">= 0.1"
  templates        = "../templates"
}

# Set it for one run with --var hello_image=…, or with FLEETWRIGHT_VAR_hello_image in the environment.
variable "hello_image" {
  type        = string
  description = "The image of the service hello"
  default     = "registry.example.com/demo/hello:1.0.0"
}
