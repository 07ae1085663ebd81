# The secure layer: a namespace, nodes and a store of secrets of its own, one caller, and one host outside, which it
# reaches through the egress gateway alone (edge.hcl).
service "payments" {
  match     = "layer=online"
  namespace = "payments"
  labels    = { tier = "backend", core = "yes", layer = "secure" }
  image     = "registry.example.com/payments/payments@sha256:3f8a1c5be0d94a72b6517c02f1d8e9ab45c7360f92d1be8473a6c05e9d21f7b4"
  pool      = "secure"
  requests  = { cpu = "1", memory = "512Mi" }
  limits    = { cpu = "1", memory = "512Mi" }
  access    = { from = ["checkout"] }
  traffic   = { peak_rps = 1200, pod_rps = 30, scale_up = "60s" }
  env       = { PSP_KEY = { secret = "payments/psp-key" } } # of the store that this namespace alone may read

  port "http" {
    number = 8080
  }
  port "metrics" {
    number = 9090
  }
  autoscale {
    min = ceil(16 * local.floor)
    max = 16
    cpu = 60
  }
  disruption {
    max_unavailable = 1
  }
  shutdown {
    grace = "90s" # as long as the provider may take to answer
  }
  slo "charges" {
    objective = 99.95
    latency   = "5s"
  }
  security {
    run_as_user = 10001 # of nobody else, whatever the image says
  }

  # What becomes of an order when the provider is down? Answered by dev-3, each day: where a gate looks, a fault that is
  # meant would hide one that is not.
  override "provider-down" {
    match = "name=dev-3"

    fault {
      abort   = 503
      percent = 5
    }
  }

  # Without an egress gateway: straight there.
  override "dev" {
    match  = "env=dev"
    access = { egress = ["psp.example.org:443"] }
  }
}
