# What the messages say is tested where Terraform's output is read: tests/it/terraform.

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
          "prod-a": {"name": "prod-a", "labels": {}, "context": null, "uid": null, "kubernetes": null, "retired": false},
          "prod-b": {"name": "prod-b", "labels": {}, "context": null, "uid": null, "kubernetes": null, "retired": false}
        }
      JSON
    }
  }
}

# Nothing is wrong with this; a run takes another in its place.
override_data {
  target = data.external.outputs
  values = {
    result = {
      version              = "0.1.0"
      warnings             = ""
      ingress_weights_json = "{\"prod-a\": 25, \"prod-b\": 25}"
      hosts_json           = "{\"prod-a\": [\"a.example.com\"], \"prod-b\": [\"b.example.com\"]}"
    }
  }
}

run "another_program" {
  command = plan

  override_data {
    target = data.external.outputs
    values = {
      result = {
        ingress_weights_json = "{\"prod-a\": 25, \"prod-b\": 25}"
        hosts_json           = "{\"prod-a\": [\"a.example.com\"], \"prod-b\": [\"b.example.com\"]}"
      }
    }
  }

  expect_failures = [data.external.outputs]
}

run "no_such_output" {
  command = plan

  override_data {
    target = data.external.outputs
    values = {
      result = {
        version    = "0.1.0"
        warnings   = ""
        hosts_json = "{\"prod-a\": [\"a.example.com\"], \"prod-b\": [\"b.example.com\"]}"
      }
    }
  }

  expect_failures = [data.external.outputs]
}

run "another_name_for_an_output" {
  command = plan

  variables {
    weights_output = "weights"
  }

  expect_failures = [data.external.outputs]
}

run "a_missing_one_of_the_others" {
  command = plan

  variables {
    outputs = ["domain"]
  }

  expect_failures = [data.external.outputs]
}

run "a_part_of_a_weight" {
  command = plan

  override_data {
    target = data.external.outputs
    values = {
      result = {
        version              = "0.1.0"
        warnings             = ""
        ingress_weights_json = "{\"prod-a\": 12.5, \"prod-b\": 25}"
        hosts_json           = "{\"prod-a\": [\"a.example.com\"], \"prod-b\": [\"b.example.com\"]}"
      }
    }
  }

  expect_failures = [output.weights]
}

run "a_negative_weight" {
  command = plan

  override_data {
    target = data.external.outputs
    values = {
      result = {
        version              = "0.1.0"
        warnings             = ""
        ingress_weights_json = "{\"prod-a\": -1, \"prod-b\": 25}"
        hosts_json           = "{\"prod-a\": [\"a.example.com\"], \"prod-b\": [\"b.example.com\"]}"
      }
    }
  }

  expect_failures = [output.weights]
}

run "a_word_as_weight" {
  command = plan

  override_data {
    target = data.external.outputs
    values = {
      result = {
        version              = "0.1.0"
        warnings             = ""
        ingress_weights_json = "{\"prod-a\": \"much\", \"prod-b\": 25}"
        hosts_json           = "{\"prod-a\": [\"a.example.com\"], \"prod-b\": [\"b.example.com\"]}"
      }
    }
  }

  expect_failures = [output.weights]
}

run "no_weight_at_all" {
  command = plan

  override_data {
    target = data.external.outputs
    values = {
      result = {
        version              = "0.1.0"
        warnings             = ""
        ingress_weights_json = "{\"prod-a\": null, \"prod-b\": 25}"
        hosts_json           = "{\"prod-a\": [\"a.example.com\"], \"prod-b\": [\"b.example.com\"]}"
      }
    }
  }

  expect_failures = [output.weights]
}

run "weights_that_are_no_map" {
  command = plan

  override_data {
    target = data.external.outputs
    values = {
      result = {
        version              = "0.1.0"
        warnings             = ""
        ingress_weights_json = "[25, 25]"
        hosts_json           = "{\"prod-a\": [\"a.example.com\"], \"prod-b\": [\"b.example.com\"]}"
      }
    }
  }

  expect_failures = [output.weights]
}

run "a_weight_for_no_cluster" {
  command = plan

  override_data {
    target = data.external.outputs
    values = {
      result = {
        version              = "0.1.0"
        warnings             = ""
        ingress_weights_json = "{\"prod-a\": 25, \"prod-x\": 25}"
        hosts_json           = "{\"prod-a\": [\"a.example.com\"], \"prod-b\": [\"b.example.com\"]}"
      }
    }
  }

  expect_failures = [output.weights, output.hosts]
}

run "only_zeros" {
  command = plan

  override_data {
    target = data.external.outputs
    values = {
      result = {
        version              = "0.1.0"
        warnings             = ""
        ingress_weights_json = "{\"prod-a\": 0, \"prod-b\": 0}"
        hosts_json           = "{\"prod-a\": [\"a.example.com\"], \"prod-b\": [\"b.example.com\"]}"
      }
    }
  }

  expect_failures = [output.weights]
}

run "traffic_without_a_host" {
  command = plan

  override_data {
    target = data.external.outputs
    values = {
      result = {
        version              = "0.1.0"
        warnings             = ""
        ingress_weights_json = "{\"prod-a\": 25, \"prod-b\": 25}"
        hosts_json           = "{\"prod-a\": [\"a.example.com\"], \"prod-b\": []}"
      }
    }
  }

  expect_failures = [output.hosts]
}

run "traffic_without_hosts" {
  command = plan

  override_data {
    target = data.external.outputs
    values = {
      result = {
        version              = "0.1.0"
        warnings             = ""
        ingress_weights_json = "{\"prod-a\": 25, \"prod-b\": 25}"
        hosts_json           = "{\"prod-a\": [\"a.example.com\"]}"
      }
    }
  }

  expect_failures = [output.hosts]
}

run "hosts_for_no_cluster" {
  command = plan

  override_data {
    target = data.external.outputs
    values = {
      result = {
        version              = "0.1.0"
        warnings             = ""
        ingress_weights_json = "{\"prod-a\": 25, \"prod-b\": 25}"
        hosts_json           = "{\"prod-a\": [\"a.example.com\"], \"prod-b\": [\"b.example.com\"], \"prod-x\": []}"
      }
    }
  }

  expect_failures = [output.hosts]
}

run "hosts_that_are_no_list" {
  command = plan

  override_data {
    target = data.external.outputs
    values = {
      result = {
        version              = "0.1.0"
        warnings             = ""
        ingress_weights_json = "{\"prod-a\": 25, \"prod-b\": 25}"
        hosts_json           = "{\"prod-a\": \"a.example.com\", \"prod-b\": [\"b.example.com\"]}"
      }
    }
  }

  expect_failures = [output.hosts]
}

run "a_host_that_is_null" {
  command = plan

  override_data {
    target = data.external.outputs
    values = {
      result = {
        version              = "0.1.0"
        warnings             = ""
        ingress_weights_json = "{\"prod-a\": 25, \"prod-b\": 25}"
        hosts_json           = "{\"prod-a\": [null], \"prod-b\": [\"b.example.com\"]}"
      }
    }
  }

  expect_failures = [output.hosts]
}

run "a_host_that_is_empty" {
  command = plan

  override_data {
    target = data.external.outputs
    values = {
      result = {
        version              = "0.1.0"
        warnings             = ""
        ingress_weights_json = "{\"prod-a\": 25, \"prod-b\": 25}"
        hosts_json           = "{\"prod-a\": [\"\"], \"prod-b\": [\"b.example.com\"]}"
      }
    }
  }

  expect_failures = [output.hosts]
}

run "hosts_by_name" {
  command = plan

  override_data {
    target = data.external.outputs
    values = {
      result = {
        version              = "0.1.0"
        warnings             = ""
        ingress_weights_json = "{\"prod-a\": 25, \"prod-b\": 25}"
        hosts_json           = "{\"prod-a\": {\"x\": \"y\"}, \"prod-b\": [\"b.example.com\"]}"
      }
    }
  }

  expect_failures = [output.hosts]
}

run "hosts_that_are_no_map" {
  command = plan

  override_data {
    target = data.external.outputs
    values = {
      result = {
        version              = "0.1.0"
        warnings             = ""
        ingress_weights_json = "{\"prod-a\": 25, \"prod-b\": 25}"
        hosts_json           = "null"
      }
    }
  }

  expect_failures = [output.hosts]
}

run "no_folder" {
  command = plan

  variables {
    fleet = " "
  }

  expect_failures = [var.fleet]
}

run "no_program" {
  command = plan

  variables {
    program = []
  }

  expect_failures = [var.program]
}

run "an_empty_word" {
  command = plan

  variables {
    program = ["fleetwright", ""]
  }

  expect_failures = [var.program]
}
