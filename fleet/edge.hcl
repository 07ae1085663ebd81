# What goes in and out: the gateways are the same on each cluster, so that the CDN can send anybody to any of them.

component "ingress-gateway" {
  namespace  = "istio-ingress"
  templates  = ["istio/ingress-gateway"]
  depends_on = ["namespaces", "mesh", "gateway-tls", "priorities"]
  values = {
    hosts        = [cluster.values.domain, "*.${cluster.values.domain}"]
    tls_secret   = "shop-tls"
    replicas     = 3
    max_replicas = 12
    requests     = { cpu = "1", memory = "512Mi" }
    limits       = { cpu = "2", memory = "512Mi" }
    priority     = "core"
    annotations  = { "service.beta.kubernetes.io/aws-load-balancer-scheme" = "internet-facing" } # or else it is internal
  }

  override "busy-zone" {
    match  = "env=prod,zone=eu-west-1a" # the partners' networks come in here
    values = { replicas = 5 }
  }
  override "edge" {
    match  = "env=edge"
    values = { replicas = 4, max_replicas = 16 } # 40,000 requests a second, 2,500 for a proxy: all, should the other edge be gone
  }
  override "small" {
    match  = "env=dev"
    values = { replicas = 2, max_replicas = 4, requests = { cpu = "250m", memory = "256Mi" }, limits = { cpu = "1", memory = "256Mi" } }
  }
}

# The certificate, from where it is renewed.
component "gateway-tls" {
  namespace  = "istio-ingress"
  templates  = ["secrets/external"]
  depends_on = ["namespaces", "secret-stores"]
  values = {
    secrets = {
      shop-tls = {
        store = "shop"
        type  = "kubernetes.io/tls"
        data  = { "tls.crt" = "gateway/${cluster.values.domain}#crt", "tls.key" = "gateway/${cluster.values.domain}#key" }
      }
    }
  }
}

# Whoever is called from here sees the addresses of these proxies, and they let out only those who are named.
component "egress-gateway" {
  match      = "env in (prod,staging)"
  namespace  = "istio-egress"
  templates  = ["istio/egress-gateway"]
  depends_on = ["namespaces", "mesh", "priorities"]
  values = {
    egress_hosts = {
      "psp.example.org" = { from = ["payments/payments"] }
    }
    replicas = 2
    requests = { cpu = "250m", memory = "256Mi" }
    limits   = { cpu = "1", memory = "256Mi" }
    priority = "core"
  }
}

# Hosts outside that whole namespaces call, from wherever they are.
component "external-hosts" {
  namespace  = "istio-egress"
  templates  = ["istio/external-hosts"]
  depends_on = ["namespaces"]
  values = {
    external_hosts = {
      object-store = {
        # Buckets have names of their own below it, and who may use them says the token service.
        hosts      = [for host in ["s3", "*.s3", "sts"] : "${host}.${cluster.labels.region}.amazonaws.com"]
        resolution = "NONE" # a wildcard has no address to look up: the connection goes where the caller meant it to
        ports      = { "443" = "TLS" }
        namespaces = setintersection(["web", "batch"], keys(local.rooms_here))
      }
    }
  }

  override "online" {
    match = "layer=online"
    values = {
      external_hosts = {
        catalog-index = { hosts = ["catalog-index.example.net"], ports = { "9200" = "HTTP" }, namespaces = ["backend"] }
      }
    }
  }
}

# The index of the catalog is on machines of its own and no service of this fleet: how long its callers wait for it, and on
# dev-3, where no gate of a release looks, what becomes of them when it is slow.
component "catalog-index" {
  match      = "layer=online"
  namespace  = "backend"
  templates  = ["istio/traffic"]
  depends_on = ["namespaces", "external-hosts"]
  values = {
    traffic = {
      catalog-index = { host = "catalog-index.example.net", port = 9200, timeout = "2s", retries = 2 }
    }
  }

  override "slow" {
    match  = "name=dev-3"
    values = { traffic = { catalog-index = { fault = { delay = "3s", percent = 5 } } } }
  }
}
