# A configuration around the module `fleet`, tested without fleetwright: its answers are given here.

mock_provider "external" {}

override_data {
  target = module.fleet.data.external.outputs
  values = {
    result = {
      version              = "0.1.0"
      warnings             = ""
      ingress_weights_json = "{\"prod-a\": 30, \"prod-b\": 10, \"prod-c\": 10}"
      hosts_json           = "{\"prod-a\": [\"shop.example.com\"], \"prod-b\": [\"shop.example.com\"], \"prod-c\": []}"
      cluster_access_json  = "{}"
    }
  }
}

override_data {
  target = module.fleet.data.external.clusters
  values = {
    result = {
      version       = "0.1.0"
      warnings      = ""
      clusters_json = <<-JSON
        {
          "prod-a": {"name": "prod-a", "labels": {"region": "eu-west-1"}, "context": "prod-a", "uid": null, "kubernetes": null, "retired": false},
          "prod-b": {"name": "prod-b", "labels": {"region": "eu-west-1"}, "context": "prod-b", "uid": null, "kubernetes": null, "retired": false},
          "prod-c": {"name": "prod-c", "labels": {"region": "eu-west-1"}, "context": "prod-c", "uid": null, "kubernetes": null, "retired": true}
        }
      JSON
    }
  }
}

run "a_cluster_gets_no_more_than_half" {
  command = plan

  assert {
    condition     = output.shares == tomap({ prod-a = 50, prod-b = 50, prod-c = 0 })
    error_message = jsonencode(output.shares)
  }

  assert {
    condition     = terraform_data.origin["prod-b"].input.share == 50
    error_message = jsonencode(terraform_data.origin["prod-b"].input)
  }
}
