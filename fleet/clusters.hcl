# One production cluster in each availability zone: three can serve while the fourth is drained.
# `uid` is the UID of the cluster's kube-system namespace. It proves that `context` leads where it should;
# `fleetwright trust --cluster NAME` writes it here.

cluster "prod-a" {
  labels     = { env = "prod", region = "eu-west-1", zone = "eu-west-1a", layer = "online" }
  context    = "prod-a"
  uid        = "7f0f6a3e-5b1c-4d8e-9a27-3c6de81f40b2"
  kubernetes = "1.36"
}

cluster "prod-b" {
  labels     = { env = "prod", region = "eu-west-1", zone = "eu-west-1b", layer = "online" }
  context    = "prod-b"
  uid        = "c2b94e17-08d6-4f3a-b5c1-92e7a4d0636f"
  kubernetes = "1.36"
}

cluster "prod-c" {
  labels     = { env = "prod", region = "eu-west-1", zone = "eu-west-1c", layer = "online" }
  context    = "prod-c"
  uid        = "1d5ea860-73f2-4c09-8e4b-6fb02c97d315"
  kubernetes = "1.36"
}

cluster "prod-d" {
  labels     = { env = "prod", region = "eu-west-1", zone = "eu-west-1d", layer = "online" }
  context    = "prod-d"
  uid        = "e86c13d9-4a7b-47e5-a0f8-d15b39c7028a"
  kubernetes = "1.36"
}

# Everything is seen here first; the staging rollout is one of its own (rollouts.hcl).
cluster "staging-a" {
  labels     = { env = "staging", region = "eu-west-1", zone = "eu-west-1a", layer = "online" }
  context    = "staging-a"
  uid        = "94a2f7c5-e610-4b8d-93d6-0c7e5b81fa4e"
  kubernetes = "1.36"
}
