//! `namespace`.

use super::shop::{Case, told};

#[test]
fn namespace() {
    let maps = "apiVersion: v1
kind: ConfigMap
metadata:
  name: a
  namespace: kube-system
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: b
  namespace: shop
";
    insta::assert_snapshot!(told(&Case {
        check: "namespace",
        added: maps,
        mistakes: &[&[("namespace: shop", "namespace: shpo")], &[("namespace: shop", "namespace: monitoring")]],
        ..Case::default()
    }), @r#"
    V122 namespace warning shpo/ConfigMap/b
      nothing renders the namespace "shpo"
      at `namespace: shpo`: in this namespace
      help: did you mean "shop"?

    V122 namespace warning monitoring/ConfigMap/b
      nothing renders the namespace "monitoring"
      at `namespace: monitoring`: in this namespace
      help: render the namespace
    "#);
}
