# For the people of the shop: reached through the company's network alone, by a gateway that the internet does not see.

component "internal-gateway" {
  match      = "layer=online"
  namespace  = "istio-ingress"
  templates  = ["istio/ingress-gateway"]
  depends_on = ["namespaces", "mesh", "internal-tls"]
  values = {
    hosts       = ["*.internal.${cluster.values.domain}"]
    tls_secret  = "internal-tls"
    replicas    = 2
    requests    = { cpu = "100m", memory = "128Mi" }
    limits      = { cpu = "1", memory = "256Mi" }
    annotations = { "service.beta.kubernetes.io/aws-load-balancer-scheme" = "internal" }

    # Whatever the scheme comes to be, nobody else is let in.
    load_balancer = { source_ranges = ["10.0.0.0/8"] }
  }
}

component "internal-tls" {
  match      = "layer=online"
  namespace  = "istio-ingress"
  templates  = ["secrets/external"]
  depends_on = ["namespaces", "secret-stores"]
  values = {
    secrets = {
      internal-tls = {
        store = "shop"
        type  = "kubernetes.io/tls"
        data  = { for file in ["crt", "key"] : "tls.${file}" => "gateway/internal.${cluster.values.domain}#${file}" }
      }
    }
  }
}

service "backoffice" {
  match     = "layer=online"
  namespace = "backoffice"
  labels    = { tier = "steady" }
  image     = "registry.example.com/shop/backoffice:7.1.0"
  replicas  = 2
  requests  = { cpu = "100m", memory = "512Mi" }
  limits    = { cpu = "1", memory = "512Mi" }

  port "http" {
    number = 8080
  }
  expose "internal" {
    hosts   = ["backoffice.internal.${cluster.values.domain}"]
    gateway = "internal-gateway"
    timeout = "60s" # somebody exports a month
  }
}
