terraform {
  required_version = ">= 1.7"

  required_providers {
    external = {
      source  = "hashicorp/external"
      version = ">= 2.3.2, < 3.0.0" # 2.3.1 passes null values of a query on, as empty ones
    }
  }
}
