# The answers are mocked: no program runs. tests/it/terraform runs the real one.

mock_provider "external" {}

variables {
  fleet = "../fleet"
}

override_data {
  target = data.external.clusters
  values = {
    result = {
      version       = "0.1.0"
      warnings      = ""
      clusters_json = <<-JSON
        {
          "prod-a": {"name": "prod-a", "labels": {"env": "prod", "zone": "a"}, "context": "prod-a", "uid": "7f0f6a3e-5b1c-4d8e-9a27-3c6de81f40b2", "kubernetes": "1.36", "retired": false},
          "prod-b": {"name": "prod-b", "labels": {}, "context": null, "uid": null, "kubernetes": null, "retired": true}
        }
      JSON
    }
  }
}

run "typed" {
  command = plan

  override_data {
    target = data.external.outputs
    values = {
      result = {
        version              = "0.1.0"
        warnings             = ""
        ingress_weights_json = "{\"prod-a\": 25, \"prod-b\": 25}"
        hosts_json           = "{\"prod-a\": [\"shop.example.com\"], \"prod-b\": []}"
        cluster_access_json  = "{\"prod-a\": {\"region\": \"eu-west-1\"}}"
        nothing_json         = "null"
        domain               = "shop.example.com"
        domain_json          = "[\"the output domain_json\"]"
        replicas             = "3"
      }
    }
  }

  variables {
    outputs = ["cluster_access", "domain", "nothing", "replicas"]
  }

  assert {
    condition     = output.weights == tomap({ prod-a = 25, prod-b = 25 })
    error_message = jsonencode(output.weights)
  }

  assert {
    condition     = output.hosts == tomap({ prod-a = tolist(["shop.example.com"]), prod-b = tolist([]) })
    error_message = jsonencode(output.hosts)
  }

  assert {
    condition     = output.clusters["prod-a"].labels.zone == "a" && output.clusters["prod-a"].kubernetes == "1.36" && output.clusters["prod-a"].retired == false
    error_message = jsonencode(output.clusters)
  }

  assert {
    condition     = output.clusters["prod-b"].context == null && output.clusters["prod-b"].uid == null && length(output.clusters["prod-b"].labels) == 0 && output.clusters["prod-b"].retired
    error_message = jsonencode(output.clusters)
  }

  assert {
    condition     = output.outputs == { cluster_access = { prod-a = { region = "eu-west-1" } }, domain = "shop.example.com", nothing = null, replicas = "3" }
    error_message = jsonencode(output.outputs)
  }

  assert {
    condition     = output.version == "0.1.0" && length(output.warnings) == 0
    error_message = "${output.version}: ${jsonencode(output.warnings)}"
  }
}

run "what_is_asked" {
  command = plan

  override_data {
    target = data.external.outputs
    values = {
      result = {
        version              = "0.1.0"
        warnings             = ""
        ingress_weights_json = "{\"prod-a\": 1}"
        hosts_json           = "{\"prod-a\": [\"shop.example.com\"]}"
      }
    }
  }

  variables {
    program   = ["/opt/fleetwright", "external"]
    variables = { image = "shop:1", region = null }
  }

  assert {
    condition     = data.external.outputs.program == tolist(["/opt/fleetwright", "external"])
    error_message = jsonencode(data.external.outputs.program)
  }

  assert {
    condition     = data.external.outputs.query == tomap({ fleet = "../fleet", "var.image" = "shop:1" })
    error_message = jsonencode(data.external.outputs.query)
  }

  assert {
    condition     = data.external.clusters.query == tomap({ fleet = "../fleet", cluster = "*", "var.image" = "shop:1" })
    error_message = jsonencode(data.external.clusters.query)
  }
}

run "without_hosts_and_weights" {
  command = plan

  override_data {
    target = data.external.outputs
    values = { result = { version = "0.1.0", warnings = "" } }
  }

  variables {
    hosts_output   = null
    weights_output = null
  }

  assert {
    condition     = length(output.hosts) == 0 && length(output.weights) == 0 && length(output.clusters) == 2
    error_message = "nothing was asked for, and something came"
  }
}

run "warnings_are_shown" {
  command = plan

  override_data {
    target = data.external.outputs
    values = {
      result = {
        version              = "0.1.0"
        warnings             = "fleet/fleet.hcl:9:1: the output \"token\" is sensitive\nanother"
        ingress_weights_json = "{\"prod-a\": 1}"
        hosts_json           = "{\"prod-a\": [\"shop.example.com\"]}"
      }
    }
  }

  expect_failures = [check.warnings]

  assert {
    condition     = output.warnings == tolist(["fleet/fleet.hcl:9:1: the output \"token\" is sensitive", "another"])
    error_message = jsonencode(output.warnings)
  }
}

run "traffic_for_a_retired_one_alone" {
  command = plan

  override_data {
    target = data.external.outputs
    values = {
      result = {
        version              = "0.1.0"
        warnings             = ""
        ingress_weights_json = "{\"prod-a\": 0, \"prod-b\": 25}"
        hosts_json           = "{\"prod-a\": [\"shop.example.com\"]}"
      }
    }
  }

  expect_failures = [output.weights]
}
