locals {
  # The share of the pods of a peak that the core always has. The rest comes before a peak that is known (rules.hcl), and
  # else as the load does, doubling each minute.
  floor = 0.25
}

# `traffic` is of the whole fleet, and `pod_rps` what one pod carries at its CPU target. `max` is enough for the peak on
# three of the four clusters: peak_rps / pod_rps / 3.
service "storefront" {
  match     = "layer=online"
  namespace = "web"
  labels    = { tier = "web", core = "yes" }
  image     = "registry.example.com/shop/storefront:1.42.0"
  requests  = { cpu = "500m", memory = "256Mi" }
  limits    = { cpu = "500m", memory = "256Mi" } # the same as the requests (Guaranteed): the last to be evicted
  traffic   = { peak_rps = 24000, pod_rps = 300, scale_up = "60s" }
  env = {
    API_URL      = "http://api.backend:8080"
    SESSIONS_URL = "http://sessions.web:8080"
    SESSION_KEY  = { secret = "shop/storefront/session-key" } # the key storefront/session-key of the store shop
  }

  port "http" {
    number = 8080
  }
  port "metrics" { # of the business: baskets, orders, what they are worth
    number = 9090
  }
  autoscale {
    min = ceil(40 * local.floor)
    max = 40
    cpu = 70

    metric "requests_per_second" { # climbs before the CPU does
      target = "300"
    }
  }
  expose "public" {
    hosts   = [cluster.values.domain]
    gateway = "ingress-gateway"
    port    = "http"
    timeout = "15s"
    retries = 2
  }
  slo "pages" {
    objective = 99.9 # percent of the requests
    latency   = "1s"
  }
}

# Holds a connection for each open page, so it is not scaled up and down: a number of pods that is enough, and a
# recommendation of how large they should be (profiles.hcl).
service "sessions" {
  match     = "layer=online"
  namespace = "web"
  labels    = { tier = "steady", core = "yes" }
  image     = "registry.example.com/shop/sessions:4.0.2"
  replicas  = 6
  requests  = { cpu = "500m", memory = "1Gi" }
  limits    = { cpu = "500m", memory = "1Gi" }
  access    = { from = ["storefront", "api"] }
  traffic   = { peak_rps = 24000, pod_rps = 2000 }

  port "http" {
    number = 8080
  }
  disruption {
    max_unavailable = 1
  }
  shutdown {
    grace = "90s" # connections move over one by one
  }
}
