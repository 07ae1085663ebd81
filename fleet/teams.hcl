# What people may do by hand. Whatever is in this fleet is changed by `apply`, so nobody is among those who deploy.

component "teams" {
  templates  = ["teams"]
  depends_on = ["namespaces"]
  values = {
    teams = {
      shop = { namespaces = ["web", "backend"], view = ["team:shop"] }
      data = { namespaces = ["data", "batch"], view = ["team:data"] }
    }
  }

  # A shell in a pod is for clusters without customers.
  override "debug" {
    match = "env in (dev,staging)"
    values = {
      teams = {
        shop = { debug = ["team:shop"] }
        data = { debug = ["team:data"] }
      }
    }
  }
}
