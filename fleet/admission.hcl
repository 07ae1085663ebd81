# What no pod gets in without, in the namespaces of this fleet.

component "admission" {
  templates  = ["admission"]
  depends_on = ["namespaces"]
  values = {
    mode = "Deny"

    # Pause pods have nothing to probe.
    admission = { probes = { exempt = ["capacity"] } }
  }

  # Told, and let in: whoever tries something out is not to be stopped.
  override "dev" {
    match  = "env=dev"
    values = { mode = "Warn" }
  }
}
