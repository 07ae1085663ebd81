# A distribution of CloudFront for all host names of production. CloudFront has no weights of its own: its one origin is
# a name that weighted records lead to the gateways, as ../../../weights/examples/route53 makes them.
#
# The provider hashicorp/aws is no part of the tests of this repository: of this example only the formatting is checked.

variable "certificate" {
  description = "The ARN of a certificate in us-east-1 for all of the host names."
  type        = string
}

variable "origin" {
  description = "The name with the weighted records."
  type        = string
  default     = "origin.shop.example.com"
}

module "fleet" {
  source = "../.."
  fleet  = "${path.module}/../../../../fleet"
}

locals {
  # Of the clusters that traffic may be led to, drained ones too: a name must not go while its cluster is drained.
  hosts = distinct(flatten([for cluster in keys(module.fleet.weights) : lookup(module.fleet.hosts, cluster, [])]))
}

resource "aws_cloudfront_distribution" "shop" {
  enabled = true
  aliases = local.hosts

  origin {
    origin_id   = "gateways"
    domain_name = var.origin

    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.2"]
    }
  }

  default_cache_behavior {
    target_origin_id       = "gateways"
    viewer_protocol_policy = "redirect-to-https"
    allowed_methods        = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
    cached_methods         = ["GET", "HEAD"]

    # Managed by AWS: nothing is cached until a policy of your own says what may be; the host name, which the gateways
    # route by, is passed on.
    cache_policy_id          = data.aws_cloudfront_cache_policy.none.id
    origin_request_policy_id = data.aws_cloudfront_origin_request_policy.all.id
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    acm_certificate_arn      = var.certificate
    ssl_support_method       = "sni-only"
    minimum_protocol_version = "TLSv1.2_2021"
  }
}

data "aws_cloudfront_cache_policy" "none" {
  name = "Managed-CachingDisabled"
}

data "aws_cloudfront_origin_request_policy" "all" {
  name = "Managed-AllViewer"
}
