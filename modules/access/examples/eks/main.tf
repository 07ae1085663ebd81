# A kubeconfig for the clusters of one region on EKS.
#
# The provider hashicorp/aws is no part of the tests of this repository: of this example only the formatting is checked.

variable "region" {
  description = "A provider of AWS speaks to one region, so this is the region of the clusters too."
  type        = string
  default     = "eu-west-1"
}

provider "aws" {
  region = var.region
}

module "fleet" {
  source = "../../../fleet"
  fleet  = "${path.module}/../../../../fleet"
}

locals {
  clusters = { for name, cluster in module.fleet.clusters : name => cluster if try(cluster.labels.region, "") == var.region }
}

data "aws_eks_cluster" "of" {
  for_each = { for name, cluster in local.clusters : name => cluster if !cluster.retired }
  name     = each.key
}

module "access" {
  source = "../.."

  clusters = local.clusters
  endpoints = {
    for name, cluster in data.aws_eks_cluster.of : name => {
      server                     = cluster.endpoint
      certificate_authority_data = cluster.certificate_authority[0].data
    }
  }
  exec = {
    api_version  = "client.authentication.k8s.io/v1beta1" # what `aws eks get-token` answers with
    command      = "aws"
    args         = ["--region", "{region}", "eks", "get-token", "--cluster-name", "{cluster}", "--output", "json"]
    install_hint = "Install the AWS CLI, version 2, and log in to the account of the shop."
  }
}

# terraform output -raw kubeconfig > kubeconfig
output "kubeconfig" {
  description = "For KUBECONFIG."
  value       = module.access.kubeconfig
}
