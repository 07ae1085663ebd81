# `uid` is the UID of the cluster's kube-system namespace. It proves that `context` leads where it should;
# `fleetwright trust --cluster NAME` writes it here.
#
# `layer` is what a cluster is for: `online` for the shop itself, `edge` for what stands near the shoppers. Eleven
# clusters are too few for one per layer, so batch, payments and stores lie inside the online ones, each in namespaces
# of its own (teams.hcl) and, where it matters, on nodes of its own (`pool`). From some thirty clusters on, a layer gets
# clusters: label them `layer = "secure"`, and let the `match` of its services say so.

# Production: one cluster in each availability zone, any three of which carry the peak while the fourth is drained.

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

# The edge: one small cluster in each region with shoppers. It serves them too, so it is changed with production.

cluster "edge-eu" {
  labels     = { env = "edge", region = "eu-central-1", zone = "eu-central-1a", layer = "edge" }
  context    = "edge-eu"
  uid        = "b654f572-33a0-4676-9a76-ce24605f07c1"
  kubernetes = "1.36"
}

cluster "edge-ap" {
  labels     = { env = "edge", region = "ap-southeast-1", zone = "ap-southeast-1a", layer = "edge" }
  context    = "edge-ap"
  uid        = "05355442-1c33-48c5-96bc-8a3b7c1cd66f"
  kubernetes = "1.36"
}

# Staging: like production, only smaller. Two, so that a release meets a second cluster before it meets production.

cluster "staging-a" {
  labels     = { env = "staging", region = "eu-west-1", zone = "eu-west-1a", layer = "online" }
  context    = "staging-a"
  uid        = "94a2f7c5-e610-4b8d-93d6-0c7e5b81fa4e"
  kubernetes = "1.36"
}

cluster "staging-b" {
  labels     = { env = "staging", region = "eu-west-1", zone = "eu-west-1b", layer = "online" }
  context    = "staging-b"
  uid        = "5e769efa-6d74-48d0-b45f-fcc755f58a3b"
  kubernetes = "1.36"
}

# Development: on burstable machines, one for each group of teams, and none of them like production.

cluster "dev-1" {
  labels     = { env = "dev", region = "eu-west-1", zone = "eu-west-1a", layer = "online" }
  context    = "dev-1"
  uid        = "a2a6875e-e990-4399-814d-f24898db68e6"
  kubernetes = "1.36"
}

cluster "dev-2" {
  labels     = { env = "dev", region = "eu-west-1", zone = "eu-west-1b", layer = "online" }
  context    = "dev-2"
  uid        = "7ec897ef-3b48-4389-a31f-bd6c0cff8db3"
  kubernetes = "1.36"
}

cluster "dev-3" {
  labels     = { env = "dev", region = "eu-west-1", zone = "eu-west-1c", layer = "online" }
  context    = "dev-3"
  uid        = "7e4ebdf4-37a9-4c88-bd97-39b524722c67"
  kubernetes = "1.36"
}
