//! The files that `init` writes, by path below its folder.

/// Path and text. The fleet is kept beside this file; the templates are the project's own.
pub const FILES: &[(&str, &str)] = &[
    ("fleet/fleet.hcl", include_str!("fleet.hcl")),
    ("fleet/clusters.hcl", include_str!("clusters.hcl")),
    ("fleet/hello.hcl", include_str!("hello.hcl")),
    ("templates/README.md", include_str!("../../../templates/README.md")),
    ("templates/_lib/labels.yaml", include_str!("../../../templates/_lib/labels.yaml")),
    ("templates/_lib/pod.yaml", include_str!("../../../templates/_lib/pod.yaml")),
    ("templates/_lib/routes.yaml", include_str!("../../../templates/_lib/routes.yaml")),
    (
        "templates/service/authorizationpolicy.yaml",
        include_str!("../../../templates/service/authorizationpolicy.yaml"),
    ),
    ("templates/service/autoscale.yaml", include_str!("../../../templates/service/autoscale.yaml")),
    ("templates/service/canary.yaml", include_str!("../../../templates/service/canary.yaml")),
    (
        "templates/service/destinationrule.yaml",
        include_str!("../../../templates/service/destinationrule.yaml"),
    ),
    ("templates/service/externalsecret.yaml", include_str!("../../../templates/service/externalsecret.yaml")),
    ("templates/service/networkpolicy.yaml", include_str!("../../../templates/service/networkpolicy.yaml")),
    ("templates/service/pdb.yaml", include_str!("../../../templates/service/pdb.yaml")),
    ("templates/service/service.yaml", include_str!("../../../templates/service/service.yaml")),
    ("templates/service/serviceaccount.yaml", include_str!("../../../templates/service/serviceaccount.yaml")),
    ("templates/service/serviceentry.yaml", include_str!("../../../templates/service/serviceentry.yaml")),
    ("templates/service/servicemonitor.yaml", include_str!("../../../templates/service/servicemonitor.yaml")),
    ("templates/service/slo.yaml", include_str!("../../../templates/service/slo.yaml")),
    ("templates/service/virtualservice.yaml", include_str!("../../../templates/service/virtualservice.yaml")),
    ("templates/service/vpa.yaml", include_str!("../../../templates/service/vpa.yaml")),
    ("templates/service/workload.yaml", include_str!("../../../templates/service/workload.yaml")),
];
