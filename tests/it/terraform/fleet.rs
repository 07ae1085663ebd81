//! The messages of the module `fleet`, on answers that no fleet of ours gives.

use serde_json::{Value, json};

use super::Work;

/// What the module says where the program answers this; the clusters are prod-a and prod-b.
fn said(work: &Work, weights: &Value, hosts: &Value) -> Vec<String> {
    let cluster = |name: &str| json!({"name": name, "labels": {}, "context": null, "uid": null, "kubernetes": null, "retired": false});
    let clusters = json!({"prod-a": cluster("prod-a"), "prod-b": cluster("prod-b")});
    let answer = json!({
        "version": "0.1.0",
        "warnings": "",
        "ingress_weights_json": weights.to_string(),
        "hosts_json": hosts.to_string(),
        "clusters_json": clusters.to_string(),
    });
    work.place.write("modules/fleet/answer.json", &format!("{answer}\n"));
    work.problems("modules/fleet", &["plan"])
}

#[test]
fn what_is_wrong_is_said_with_what_to_do() {
    let work = Work::modules();
    work.init("modules/fleet");
    work.place.write(
        "modules/fleet/terraform.tfvars",
        "fleet = \"fleet\"\n\
         program = [\"/bin/sh\", \"-c\", \"IFS= read -r answer < answer.json; printf %s \\\"$answer\\\"\"]\n",
    );
    let weights = json!({"prod-a": 25, "prod-b": 25});
    let hosts = json!({"prod-a": ["a.example.com"], "prod-b": ["b.example.com"]});
    let one = |weights: &Value, hosts: &Value| {
        let said = said(&work, weights, hosts);
        assert_eq!(said.len(), 1, "{said:?}");
        said[0].clone()
    };
    assert_eq!(
        one(&json!({"prod-a": 12.5, "prod-b": -1}), &hosts),
        "A weight is a whole number from 0 on. In the output \"ingress_weights\" of the fleet these are not: prod-a \
         (12.5), prod-b (-1)."
    );
    assert_eq!(
        one(&json!([25, 25]), &hosts),
        "The output \"ingress_weights\" of the fleet must be a map: the names of clusters, and for each its weight."
    );
    assert_eq!(
        one(&json!({"prod-a": 25, "prod-x": 0}), &hosts),
        "The output \"ingress_weights\" of the fleet has weights for what is no cluster of it: prod-x."
    );
    assert_eq!(
        one(&json!({"prod-a": 0, "prod-b": 0}), &hosts),
        "No cluster takes traffic: the output \"ingress_weights\" of the fleet has no weight above 0 for one that is \
         not retired. A CDN or DNS that gets only zeros stops, or leads traffic everywhere."
    );
    assert_eq!(
        one(&weights, &json!({"prod-a": ["a.example.com"], "prod-b": []})),
        "Traffic is led to clusters without a host name: prod-b. Give them one in the output \"hosts\" of the fleet, or \
         the weight 0 in \"ingress_weights\"."
    );
    assert_eq!(
        one(&weights, &json!({"prod-a": ["a.example.com"]})),
        one(&weights, &json!({"prod-a": ["a.example.com"], "prod-b": []}))
    );
    let no_map = "The output \"hosts\" of the fleet must be a map: the names of clusters, and for each a list of host \
                  names, none of them empty.";
    assert_eq!(one(&weights, &json!(["a.example.com"])), no_map);
    assert_eq!(one(&weights, &json!({"prod-a": "a.example.com", "prod-b": ["b.example.com"]})), no_map);
    assert_eq!(
        one(&weights, &json!({"prod-a": ["a.example.com"], "prod-b": ["b.example.com"], "prod-x": []})),
        "The output \"hosts\" of the fleet names what is no cluster of it: prod-x."
    );
}
