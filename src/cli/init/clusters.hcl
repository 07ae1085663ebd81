# One block for each cluster. Selectors such as `match = "env=prod"` look at the labels.

cluster "staging-a" {
  labels  = { env = "staging", region = "eu-west-1", zone = "eu-west-1a" }
  context = "staging-a"
}

cluster "prod-a" {
  labels  = { env = "prod", region = "eu-west-1", zone = "eu-west-1a" }
  context = "prod-a"
}

cluster "prod-b" {
  labels  = { env = "prod", region = "eu-west-1", zone = "eu-west-1b" }
  context = "prod-b"
}
