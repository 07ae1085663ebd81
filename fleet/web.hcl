variable "storefront_image" {
  type        = string
  default     = "registry.example.com/shop/storefront:1.42.0"
  description = "The release of the storefront"
}

service "storefront" {
  namespace = "web"
  labels    = { tier = "web" }
  image     = var.storefront_image
  requests  = { cpu = "250m", memory = "256Mi" }
  limits    = { cpu = "1", memory = "256Mi" }
  traffic   = { peak_rps = 24000, pod_rps = 300, scale_up = "60s" }
  env = {
    BACKEND_URL = "http://backend-a.backend:8080"
    SESSION_KEY = { secret = "shop/storefront/session-key" } # the key storefront/session-key of the store shop
  }

  port "http" {
    number = 8080
  }
  port "metrics" {
    number = 9090
  }
  autoscale {
    min = 10
    max = 40
    cpu = 70
  }
  probe "readiness" {
    path = "/ready"
    port = "http"
  }
  probe "liveness" {
    path = "/live"
    port = "http"
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
