# What the messages say is tested where Terraform's output is read: tests/it/terraform.

variables {
  clusters = {
    prod-a = { context = "prod-a", labels = { region = "eu-west-1" } }
    prod-b = { context = "prod-b", labels = {} }
  }
  endpoints = {
    prod-a = { server = "https://a.example.com", certificate_authority_data = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCkEKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=" }
    prod-b = { server = "https://b.example.com", certificate_authority_data = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCkIKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=" }
  }
  exec = { command = "aws" }
}

run "no_endpoint" {
  command = plan

  variables {
    endpoints = { prod-a = { server = "https://a.example.com", certificate_authority_data = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCkEKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=" } }
  }

  expect_failures = [output.kubeconfig]
}

run "no_context" {
  command = plan

  variables {
    clusters = { prod-a = { context = null, labels = {} } }
  }

  expect_failures = [output.kubeconfig]
}

run "a_shared_context" {
  command = plan

  variables {
    clusters = { prod-a = { context = "prod", labels = {} }, prod-b = { context = "prod", labels = {} } }
  }

  expect_failures = [output.kubeconfig]
}

run "all_retired" {
  command = plan

  variables {
    clusters = { prod-a = { context = "prod-a", labels = {}, retired = true } }
  }

  expect_failures = [output.kubeconfig]
}

run "a_label_that_is_not_there" {
  command = plan

  variables {
    exec = { command = "aws", args = ["--region={region}"] }
  }

  expect_failures = [output.kubeconfig]
}

run "a_label_that_is_not_there_in_env" {
  command = plan

  variables {
    exec = { command = "aws", env = { AWS_REGION = "{region}" } }
  }

  expect_failures = [output.kubeconfig]
}

run "no_https" {
  command = plan

  variables {
    clusters  = { prod-a = { context = "prod-a", labels = {} } }
    endpoints = { prod-a = { server = "http://a.example.com", certificate_authority_data = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCkEKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=" } }
  }

  expect_failures = [var.endpoints]
}

run "a_user_in_the_url" {
  command = plan

  variables {
    clusters  = { prod-a = { context = "prod-a", labels = {} } }
    endpoints = { prod-a = { server = "https://admin:hunter2@a.example.com", certificate_authority_data = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCkEKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=" } }
  }

  expect_failures = [var.endpoints]
}

run "a_query_in_the_url" {
  command = plan

  variables {
    clusters  = { prod-a = { context = "prod-a", labels = {} } }
    endpoints = { prod-a = { server = "https://a.example.com/x?token=hunter2", certificate_authority_data = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCkEKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=" } }
  }

  expect_failures = [var.endpoints]
}

run "a_blank_in_the_url" {
  command = plan

  variables {
    clusters  = { prod-a = { context = "prod-a", labels = {} } }
    endpoints = { prod-a = { server = "https://a.example.com /", certificate_authority_data = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCkEKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=" } }
  }

  expect_failures = [var.endpoints]
}

run "a_certificate_that_does_not_end" {
  command = plan

  variables {
    clusters  = { prod-a = { context = "prod-a", labels = {} } }
    endpoints = { prod-a = { server = "https://a.example.com", certificate_authority_data = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCkEK" } }
  }

  expect_failures = [var.endpoints]
}

run "an_empty_context" {
  command = plan

  variables {
    clusters = { prod-a = { context = " ", labels = {} } }
  }

  expect_failures = [var.clusters]
}

run "an_argument_that_is_null" {
  command = plan

  variables {
    exec = { command = "aws", args = ["eks", null] }
  }

  expect_failures = [var.exec]
}

run "a_certificate_that_is_no_base64" {
  command = plan

  variables {
    clusters  = { prod-a = { context = "prod-a", labels = {} } }
    endpoints = { prod-a = { server = "https://a.example.com", certificate_authority_data = "-----BEGIN CERTIFICATE-----" } }
  }

  expect_failures = [var.endpoints]
}

run "a_certificate_that_is_no_pem" {
  command = plan

  variables {
    clusters  = { prod-a = { context = "prod-a", labels = {} } }
    endpoints = { prod-a = { server = "https://a.example.com", certificate_authority_data = "Y2VydGlmaWNhdGU=" } }
  }

  expect_failures = [var.endpoints]
}

run "a_private_key_with_the_certificate" {
  command = plan

  variables {
    clusters  = { prod-a = { context = "prod-a", labels = {} } }
    endpoints = { prod-a = { server = "https://a.example.com", certificate_authority_data = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCkEKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQotLS0tLUJFR0lOIFBSSVZBVEUgS0VZLS0tLS0KQgotLS0tLUVORCBQUklWQVRFIEtFWS0tLS0tCg==" } }
  }

  expect_failures = [var.endpoints]
}

run "no_command" {
  command = plan

  variables {
    exec = { command = "" }
  }

  expect_failures = [var.exec]
}

run "another_api" {
  command = plan

  variables {
    exec = { command = "aws", api_version = "v1" }
  }

  expect_failures = [var.exec]
}

run "another_mode" {
  command = plan

  variables {
    exec = { command = "aws", interactive_mode = "never" }
  }

  expect_failures = [var.exec]
}
