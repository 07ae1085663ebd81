# What takes from a queue: as many pods as the queue is long (KEDA).

# Books what checkout took.
service "order-events" {
  match     = "layer=online"
  namespace = "backend"
  labels    = { tier = "worker" }
  image     = "registry.example.com/shop/order-events:0.9.4"
  requests  = { cpu = "100m", memory = "256Mi" }
  limits    = { cpu = "500m", memory = "256Mi" }
  access    = { egress = ["mq.example.net:5671"] }
  env       = { AMQP_URL = { secret = "shop/order-events/amqp-url" } }

  autoscale {
    min = 2
    max = 30

    trigger "rabbitmq" {
      hostFromEnv = "AMQP_URL" # KEDA looks into the same queue, with the same secret
      queueName   = "orders"
      mode        = "QueueLength"
      value       = "50" # messages for a pod
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

# Mails and push messages: late is better than twice, and nothing waits for it.
service "notifications" {
  match     = "layer=online"
  namespace = "backend"
  labels    = { tier = "worker" }
  image     = "registry.example.com/shop/notifications:2.2.0"
  requests  = { cpu = "100m", memory = "128Mi" }
  limits    = { cpu = "500m", memory = "128Mi" }
  access    = { egress = ["mq.example.net:5671", "mail.example.net:443", "push.example.net:443"] }
  env = {
    AMQP_URL   = { secret = "shop/notifications/amqp-url" }
    MAIL_TOKEN = { secret = "shop/notifications/mail-token" }
  }

  autoscale {
    min = 1
    max = 20

    trigger "rabbitmq" {
      hostFromEnv = "AMQP_URL"
      queueName   = "notifications"
      mode        = "QueueLength"
      value       = "200"
    }
  }
  probe "readiness" {
    command = ["/bin/notifications", "health"]
  }
  probe "liveness" {
    command = ["/bin/notifications", "health"]
    period  = "30s"
  }
}
