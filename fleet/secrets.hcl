# Secrets are kept outside of the clusters; what a namespace may read is said here.

component "secret-stores" {
  namespace  = "secret-stores"
  templates  = ["secrets/stores"]
  depends_on = ["namespaces"]
  values = {
    stores = {
      shop = {
        region     = cluster.labels.region
        role       = "arn:aws:iam::123456789012:role/${cluster.name}-secrets-shop"
        prefix     = "${cluster.labels.env}/shop/" # of its own, so that no store reads another's keys
        namespaces = concat([for namespace in keys(local.rooms_here) : namespace if namespace != "payments"], ["istio-ingress"])
      }
    }
  }

  # Where payments run, and nowhere else.
  override "payments" {
    match = "layer=online"
    values = {
      stores = {
        payments = {
          region     = cluster.labels.region
          role       = "arn:aws:iam::123456789012:role/${cluster.name}-secrets-payments"
          prefix     = "${cluster.labels.env}/payments/"
          namespaces = ["payments"]
        }
      }
    }
  }
}
