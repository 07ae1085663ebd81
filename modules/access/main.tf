locals {
  placeholder = "\\{[A-Za-z0-9][A-Za-z0-9._/-]*\\}"

  clusters = { for name, cluster in var.clusters : name => cluster if !cluster.retired }
  reached  = [for name in keys(local.clusters) : name if can(var.endpoints[name]) && local.clusters[name].context != null]
  fills    = { for name, cluster in local.clusters : name => merge(cluster.labels, { cluster = name }) }

  # A text in its parts: placeholders, and what is between them. There is no loop to replace one after the other.
  parts     = "${local.placeholder}|[^{]+|\\{"
  templates = concat(var.exec.args, values(var.exec.env))
  asked     = distinct([for found in flatten([for text in local.templates : regexall(local.placeholder, text)]) : trim(found, "{}")])
  unfilled = flatten([
    for name in local.reached : [for asked in local.asked : "{${asked}} of ${name}" if !can(local.fills[name][asked])]
  ])

  users = {
    for name in local.reached : name => merge(
      {
        apiVersion = var.exec.api_version
        command    = var.exec.command
        args = [
          for text in var.exec.args : join("", [
            for part in regexall(local.parts, text) :
            can(regex("^${local.placeholder}$", part)) ? lookup(local.fills[name], trim(part, "{}"), part) : part
          ])
        ]
        env = [
          for variable, text in var.exec.env : {
            name = variable
            value = join("", [
              for part in regexall(local.parts, text) :
              can(regex("^${local.placeholder}$", part)) ? lookup(local.fills[name], trim(part, "{}"), part) : part
            ])
          }
        ]
        interactiveMode = var.exec.interactive_mode
      },
      var.exec.install_hint == null ? {} : { installHint = var.exec.install_hint },
    )
  }

  # No current-context: whoever forgets to name a cluster then reaches none.
  config = {
    apiVersion = "v1"
    kind       = "Config"
    clusters = [
      for name in local.reached : {
        name = name
        cluster = {
          server                     = var.endpoints[name].server
          certificate-authority-data = var.endpoints[name].certificate_authority_data
        }
      }
    ]
    contexts = [for name in local.reached : { name = local.clusters[name].context, context = { cluster = name, user = name } }]
    users    = [for name in local.reached : { name = name, user = { exec = local.users[name] } }]
  }

  # Two clusters under one context would be one for whoever logs in.
  shared = [for context, names in { for name in local.reached : local.clusters[name].context => name... } : "${context} (${join(", ", names)})" if length(names) > 1]
}
