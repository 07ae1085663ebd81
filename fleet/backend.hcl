variable "backend_a_image" {
  type        = string
  default     = "registry.example.com/shop/backend-a:2.3.1"
  description = "The release of backend-a"
}

variable "order_events_image" {
  type        = string
  default     = "registry.example.com/shop/order-events:0.9.4"
  description = "The release of the consumer of order events"
}

locals {
  surge_pods         = 200 # more pods of backend-a at peak, over the whole fleet
  backend_a_requests = { cpu = "500m", memory = "512Mi" }
}

service "backend-a" {
  namespace = "backend"
  labels    = { tier = "backend" }
  image     = var.backend_a_image
  requests  = local.backend_a_requests
  limits    = { cpu = "1", memory = "512Mi" }
  access    = { from = ["storefront"], egress = ["api.example.net:443"] }
  traffic   = { peak_rps = 56000, pod_rps = 200, scale_up = "90s", surge_pods = local.surge_pods }
  env       = { CARTS_ADDRESS = "carts.data:6379" }

  port "http" {
    number = 8080
  }
  autoscale {
    min = 20
    max = 70 # 50 more pods a cluster at peak
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
  disruption {
    max_unavailable = "10%"
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

# Takes order events from the queue: as many pods as the queue is long.
service "order-events" {
  namespace = "backend"
  labels    = { tier = "backend" }
  image     = var.order_events_image
  requests  = { cpu = "100m", memory = "256Mi" }
  limits    = { cpu = "500m", memory = "256Mi" }
  access    = { egress = ["mq.example.net:5671"] }
  env       = { AMQP_URL = { secret = "shop/order-events/amqp-url" } }

  autoscale {
    min = 2
    max = 30

    trigger "rabbitmq" {
      queueName      = "orders"
      mode           = "QueueLength"
      value          = "50"
      authentication = "order-events" # a TriggerAuthentication in the namespace
    }
  }
  probe "readiness" {
    command = ["/bin/order-events", "health", "--ready"]
  }
  probe "liveness" {
    command = ["/bin/order-events", "health"]
    period  = "30s"
  }
  shutdown {
    grace = "60s" # an event that was taken is finished
  }
}
