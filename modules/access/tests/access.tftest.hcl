variables {
  clusters = {
    prod-a = { context = "shop-a", labels = { env = "prod", region = "eu-west-1" } }
    prod-b = { context = "shop-b", labels = { env = "prod", region = "eu-central-1" }, retired = false }
    prod-c = { context = null, labels = {}, retired = true }
  }
  endpoints = {
    prod-a = { server = "https://a.example.com", certificate_authority_data = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCkEKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=" }
    prod-b = { server = "https://b.example.com:6443/b", certificate_authority_data = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCkIKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=" }
    other  = { server = "https://other.example.com", certificate_authority_data = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk8KLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=" }
  }
  exec = {
    command      = "aws"
    args         = ["--region", "{region}", "eks", "get-token", "--cluster-name", "shop-{cluster}-{env}", "{\"not\": one}", "{", "{}"]
    env          = { AWS_PROFILE = "shop-{env}" }
    install_hint = "Install the AWS CLI."
  }
}

run "kubeconfig" {
  command = plan

  assert {
    condition     = yamldecode(output.kubeconfig) == output.config
    error_message = output.kubeconfig
  }

  assert {
    condition     = output.config.contexts == [{ name = "shop-a", context = { cluster = "prod-a", user = "prod-a" } }, { name = "shop-b", context = { cluster = "prod-b", user = "prod-b" } }]
    error_message = jsonencode(output.config.contexts)
  }

  assert {
    condition = output.config.clusters == [
      { name = "prod-a", cluster = { server = "https://a.example.com", certificate-authority-data = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCkEKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=" } },
      { name = "prod-b", cluster = { server = "https://b.example.com:6443/b", certificate-authority-data = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCkIKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=" } },
    ]
    error_message = jsonencode(output.config.clusters)
  }

  assert {
    condition = output.config.users[1] == {
      name = "prod-b"
      user = {
        exec = {
          apiVersion      = "client.authentication.k8s.io/v1"
          command         = "aws"
          args            = ["--region", "eu-central-1", "eks", "get-token", "--cluster-name", "shop-prod-b-prod", "{\"not\": one}", "{", "{}"]
          env             = [{ name = "AWS_PROFILE", value = "shop-prod" }]
          interactiveMode = "Never"
          installHint     = "Install the AWS CLI."
        }
      }
    }
    error_message = jsonencode(output.config.users)
  }

  # Nothing but these: no current context, no credentials.
  assert {
    condition     = toset(keys(output.config)) == toset(["apiVersion", "kind", "clusters", "contexts", "users"]) && alltrue([for user in output.config.users : keys(user.user) == ["exec"]])
    error_message = output.kubeconfig
  }
}

run "no_more_than_is_needed" {
  command = plan

  variables {
    exec = { command = "/opt/login" }
  }

  assert {
    condition     = output.config.users[0].user.exec == { apiVersion = "client.authentication.k8s.io/v1", command = "/opt/login", args = [], env = [], interactiveMode = "Never" }
    error_message = jsonencode(output.config.users[0])
  }
}
