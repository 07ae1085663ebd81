# What stands near the shoppers, and on no other cluster.

# Ends a shopper's connection nearby, and sends what it cannot answer to the production cluster that holds the cart.
service "geo-router" {
  match     = "layer=edge"
  namespace = "edge"
  labels    = { tier = "edge", core = "yes" }
  image     = "registry.example.com/shop/geo-router:2.5.0"
  requests  = { cpu = "500m", memory = "256Mi" }
  limits    = { cpu = "500m", memory = "256Mi" }
  access    = { egress = ["shop.example.com:443"] }
  traffic   = { peak_rps = 40000, pod_rps = 1000, scale_up = "30s" }
  env       = { REGION = cluster.labels.region }

  port "http" {
    number = 8080
  }
  autoscale {
    min = 4
    max = 40 # all of the traffic, should the other edge be gone
    cpu = 60

    metric "requests_per_second" {
      target = "1000"
    }
  }
  expose "public" {
    hosts   = [cluster.values.domain]
    gateway = "ingress-gateway"
    timeout = "5s"
  }
  slo "redirects" {
    objective = 99.99
    latency   = "100ms"
  }
}

# Keeps pictures and scripts: what it holds comes again from the shop, so it needs no volume.
service "media-cache" {
  match     = "layer=edge"
  namespace = "edge"
  labels    = { tier = "edge" }
  image     = "registry.example.com/shop/media-cache:1.9.0"
  requests  = { cpu = "500m", memory = "4Gi" }
  limits    = { cpu = "2", memory = "4Gi" }
  access    = { egress = ["shop.example.com:443"] }

  port "http" {
    number = 8080
  }
  autoscale {
    min = 3
    max = 12
    cpu = 60
  }
  expose "media" {
    hosts   = ["media.${cluster.values.domain}"]
    gateway = "ingress-gateway"
  }
}
