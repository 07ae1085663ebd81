# What apps and partners call: CDN, gateway, then this.
service "api" {
  match     = "layer=online"
  namespace = "backend"
  labels    = { tier = "backend", core = "yes" }
  image     = "registry.example.com/shop/api:5.18.0"
  requests  = { cpu = "500m", memory = "512Mi" }
  limits    = { cpu = "500m", memory = "512Mi" }
  access    = { from = ["storefront"] }
  traffic   = { peak_rps = 30000, pod_rps = 400, scale_up = "60s" }
  env = {
    BACKEND_URL         = "http://backend-a.backend:8080"
    CHECKOUT_URL        = "http://checkout.backend:8080"
    RECOMMENDATIONS_URL = "http://recommendations.backend:8080"
    SEARCH_URL          = "http://search.backend:8080"
    SESSIONS_URL        = "http://sessions.web:8080"
  }

  port "http" {
    number = 8080
  }
  autoscale {
    min = ceil(32 * local.floor)
    max = 32
    cpu = 70

    metric "requests_per_second" {
      target = "400"
    }
  }
  expose "public" {
    hosts   = ["api.${cluster.values.domain}"]
    gateway = "ingress-gateway"
    timeout = "10s"
  }
  slo "calls" {
    objective = 99.95
    latency   = "1s"
  }
}

locals {
  surge_pods = 200 # more pods of backend-a at peak, over the whole fleet

  # In thousandths of a core and Mi. The over-provisioner holds room for pods of this size, sidecar and all.
  backend_a = { cpu = 500, memory = 512 }
  proxy     = { cpu = 200, memory = 256 }
}

service "backend-a" {
  match     = "layer=online"
  namespace = "backend"
  labels    = { tier = "backend", core = "yes" }
  image     = "registry.example.com/shop/backend-a:2.3.1"
  requests  = { cpu = "${local.backend_a.cpu}m", memory = "${local.backend_a.memory}Mi" }
  limits    = { cpu = "${local.backend_a.cpu}m", memory = "${local.backend_a.memory}Mi" }
  access    = { from = ["api"], egress = ["api.example.net:443"] }
  traffic   = { peak_rps = 56000, pod_rps = 200, scale_up = "90s", surge_pods = local.surge_pods }
  env       = { CARTS_SHARDS = local.carts_shards }

  port "http" {
    number = 8080
  }
  autoscale {
    min = ceil(96 * local.floor)
    max = 96 # 70 on each of four clusters at peak, 94 on each of three
    cpu = 70

    metric "requests_per_second" {
      target = "200"
    }
  }
  disruption {
    max_unavailable = "10%"
  }
  slo "calls" {
    objective = 99.95
    latency   = "500ms"
  }
}

service "checkout" {
  match     = "layer=online"
  namespace = "backend"
  labels    = { tier = "backend", core = "yes" }
  image     = "registry.example.com/shop/checkout:3.9.1"
  requests  = { cpu = "500m", memory = "512Mi" }
  limits    = { cpu = "500m", memory = "512Mi" }
  access    = { from = ["api"], egress = ["mq.example.net:5671"] }
  traffic   = { peak_rps = 3000, pod_rps = 50, scale_up = "60s" }
  env = {
    AMQP_URL     = { secret = "shop/checkout/amqp-url" }
    CARTS_SHARDS = local.carts_shards
    PAYMENTS_URL = "http://payments.payments:8080"
  }

  port "http" {
    number = 8080
  }
  port "metrics" {
    number = 9090
  }
  autoscale {
    min = ceil(24 * local.floor)
    max = 24
    cpu = 60

    metric "requests_per_second" {
      target = "50"
    }
  }
  shutdown {
    grace = "60s" # an order that was begun is finished
  }
  slo "orders" {
    objective = 99.95
    latency   = "2500ms"
  }
}

service "search" {
  match     = "layer=online"
  namespace = "backend"
  labels    = { tier = "backend" }
  image     = "registry.example.com/shop/search:2.7.0"
  requests  = { cpu = "250m", memory = "512Mi" }
  limits    = { cpu = "1", memory = "512Mi" }
  access    = { from = ["api"] }
  traffic   = { peak_rps = 9000, pod_rps = 100, scale_up = "60s" }
  env       = { INDEX_URL = "http://search-index.data:9200" }

  port "http" {
    number = 8080
  }
  autoscale {
    min = 6
    max = 32
    cpu = 70
  }
  slo "queries" {
    objective = 99.5
    latency   = "500ms"
  }
}

# Pages do without it: no core, and the place where new things are tried.
service "recommendations" {
  match     = "layer=online"
  namespace = "backend"
  labels    = { tier = "backend" }
  image     = "registry.example.com/shop/recommendations:1.12.3"
  requests  = { cpu = "250m", memory = "1Gi" }
  limits    = { cpu = "1", memory = "1Gi" }
  access    = { from = ["api"] }
  traffic   = { peak_rps = 12000, pod_rps = 150, scale_up = "60s" }

  port "http" {
    number = 8080
  }
  autoscale {
    min = 6
    max = 30
    cpu = 70
  }

  # The next model on a tenth of the requests.
  override "next-model" {
    match = "env=staging"

    split {
      canary {
        image  = "registry.example.com/shop/recommendations:2.0.0-rc.1"
        weight = 10
      }
    }
  }

  # Do pages come without it in time? Asked where no gate of a release looks.
  override "slow" {
    match = "name=dev-3"

    fault {
      delay   = "5s"
      percent = 10
    }
  }
}
