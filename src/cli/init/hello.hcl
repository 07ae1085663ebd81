# A service: Deployment, Service, autoscaler, disruption budget and the rest come from templates/service/.

service "hello" {
  namespace = "hello"
  image     = var.hello_image
  requests  = { cpu = "100m", memory = "128Mi" }
  limits    = { cpu = "500m", memory = "128Mi" }

  port "http" {
    number = 8080
  }
  autoscale {
    min = 3
    max = 6
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

  # Fewer pods where no customer waits.
  override "staging" {
    match = "env=staging"
    autoscale {
      min = 1
      max = 2
    }
  }
}
