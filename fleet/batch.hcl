# Work that can wait: on cheap spot nodes, and begun again when one is taken away.

override "batch" {
  match    = "env!=dev" # one pool of nodes is all that there is
  units    = "spot=yes"
  pool     = "batch"
  spot     = true
  priority = "batch"
}

# Each cluster clears its own carts.
service "cart-expiry" {
  match     = "layer=online"
  namespace = "batch"
  labels    = { tier = "batch", spot = "yes" }
  workload  = "cronjob"
  schedule  = "15 3 * * *"
  image     = "registry.example.com/shop/cart-expiry:1.3.0"
  requests  = { cpu = "500m", memory = "512Mi" }
  limits    = { cpu = "1", memory = "512Mi" }
  env       = { CARTS_SHARDS = local.carts_shards }
}

# The day in numbers. Once for the whole fleet, not once for each cluster.
service "sales-report" {
  match     = "name in (prod-d,staging-b,dev-1)"
  namespace = "batch"
  labels    = { tier = "batch", spot = "yes" }
  workload  = "cronjob"
  schedule  = "30 4 * * *"
  image     = "registry.example.com/shop/sales-report:0.31.0"
  requests  = { cpu = "4", memory = "8Gi" }
  limits    = { cpu = "8", memory = "8Gi" }
  values    = { deadline = "3h" } # what is not done by then hangs
  access    = { egress = ["warehouse.example.net:443"] }
  env       = { WAREHOUSE_TOKEN = { secret = "shop/sales-report/warehouse-token" } }
}

# Pictures in all sizes, from a queue. A picture that a spot node takes with it comes out of the queue again.
service "thumbnails" {
  match     = "layer=online"
  namespace = "batch"
  labels    = { tier = "worker", spot = "yes" }
  image     = "registry.example.com/shop/thumbnails:1.8.5"
  requests  = { cpu = "1", memory = "1Gi" }
  limits    = { cpu = "2", memory = "1Gi" }
  access    = { egress = ["mq.example.net:5671", "pictures.example.net:443"] }
  env       = { AMQP_URL = { secret = "shop/thumbnails/amqp-url" } }
  values    = { cloud_role = "arn:aws:iam::123456789012:role/${cluster.name}-thumbnails" } # writes into one bucket

  autoscale {
    min = 0 # nothing to do, nothing to pay
    max = 24

    trigger "rabbitmq" {
      hostFromEnv = "AMQP_URL"
      queueName   = "pictures"
      mode        = "QueueLength"
      value       = "20"
    }
  }
  probe "readiness" {
    command = ["/bin/thumbnails", "health"]
  }
  probe "liveness" {
    command = ["/bin/thumbnails", "health"]
    period  = "30s"
  }
  shutdown {
    grace = "110s" # a spot node is gone two minutes after it says so
  }
}
