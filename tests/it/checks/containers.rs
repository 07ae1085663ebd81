//! `requests`, `limits`, `besteffort`, `image-latest`.

use super::shop::{Case, findings, told, validate, with};

const REQUESTS: &str = "requests: {cpu: 100m, memory: 64Mi}";
const LIMITS: &str = "limits: {memory: 64Mi}";
const IMAGE: &str = "registry.example.com/web:1.0";

#[test]
fn requests() {
    insta::assert_snapshot!(told(&Case {
        check: "requests",
        mistakes: &[&[(REQUESTS, "requests: {memory: 64Mi}")], &[(REQUESTS, "requests: {}"), (LIMITS, "limits: {cpu: 1}")]],
        besides: &["limits"],
        ..Case::default()
    }), @r#"
    V101 requests error shop/Deployment/web
      container "web" has no CPU request
      at `- name: web`: this container
      help: set `requests`

    V101 requests error shop/Deployment/web
      container "web" has no memory request
      at `- name: web`: this container
      help: set `requests`
    "#);
}

#[test]
fn limits() {
    insta::assert_snapshot!(told(&Case {
        check: "limits",
        mistakes: &[&[(LIMITS, "limits: {cpu: 1}")]],
        ..Case::default()
    }), @r#"
    V102 limits error shop/Deployment/web
      container "web" has no memory limit
      at `- name: web`: this container
      help: set `limits`; a CPU limit may be missing
    "#);
}

#[test]
fn besteffort() {
    insta::assert_snapshot!(told(&Case {
        check: "besteffort",
        besides: &["requests", "limits"],
        mistakes: &[&[(REQUESTS, "claims: []"), (LIMITS, "limits: {}")]],
        ..Case::default()
    }), @"
    V112 besteffort error shop/Deployment/web
      the pods are BestEffort: the first to be evicted when a node runs short
      at `spec:`: no container asks for anything
      help: set `requests`
    ");
}

#[test]
fn image_latest() {
    insta::assert_snapshot!(told(&Case {
        check: "image-latest",
        mistakes: &[
            &[(IMAGE, "registry.example.com/web:latest")],
            &[(IMAGE, "registry.example.com:5000/web")],
        ],
        ..Case::default()
    }), @r#"
    V108 image-latest error shop/Deployment/web
      the image "registry.example.com/web:latest" of container "web" is whatever the registry calls latest when a pod starts
      at `image: registry.example.com/web:latest`: this image
      help: name a version or a digest

    V108 image-latest error shop/Deployment/web
      the image "registry.example.com:5000/web" of container "web" has neither tag nor digest: it is whatever the registry calls latest when a pod starts
      at `image: registry.example.com:5000/web`: this image
      help: name a version or a digest
    "#);
    for fine in ["web@sha256:1d5ea860", "web:latest-1", "auto", "registry.example.com:5000/web:1"] {
        let shop = with("").replace(IMAGE, fine);
        let document = validate(&super::shop::FLEET.replace("BLOCK", ""), &shop);
        assert_eq!(findings(&document).len(), 0, "{fine}");
    }
}

/// What a LimitRange of the namespace fills in is not missing.
#[test]
fn a_limit_range_counts() {
    let range = "apiVersion: v1
kind: LimitRange
metadata:
  name: limits
spec:
  limits:
    - {type: Container, default: {memory: 64Mi}, defaultRequest: {cpu: 10m, memory: 64Mi}}
";
    let shop = with(range).replace(REQUESTS, "requests: {}").replace(LIMITS, "limits: {}");
    let document = validate(&super::shop::FLEET.replace("BLOCK", ""), &shop);
    assert_eq!(findings(&document).len(), 0);
}
