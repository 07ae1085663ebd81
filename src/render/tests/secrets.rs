//! Secret values in rendered objects.

use insta::assert_snapshot;

use super::{Fleet, config_map};
use crate::render::Show;

#[test]
fn what_a_secret_reaches_is_masked_and_nothing_else() {
    let lines = "a: {{ values.secret }}\nb: \"{{ values.secret | upper | b64encode }}\"\nc: {{ values.public }}\nd: {{ values.secret | length }}\ne: [1, {{ values.secret | quote }}]\nf: {% if values.flag %}x{% else %}y{% endif %}";
    let fleet = Fleet::new(&config_map(lines))
        .set("!values.secret = \"hunter2\"\nvalues.public = \"p\"\n!values.flag = true\n");
    assert_snapshot!(fleet.objects(Show::Masked), @"
    # templates/web/a.yaml:1:1
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: a
      namespace: web
    data:
      a: (sensitive)
      b: (sensitive)
      c: p
      d: (sensitive)
      e:
      - 1
      - (sensitive)
      f: (sensitive)
    ");
    assert_snapshot!(fleet.objects(Show::Full), @"
    # templates/web/a.yaml:1:1
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: a
      namespace: web
    data:
      a: hunter2
      b: SFVOVEVSMg==
      c: p
      d: 7
      e:
      - 1
      - hunter2
      f: x
    ");
}

#[test]
fn a_secret_always_masks_its_data() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: { name: a }\ntype: Opaque\ndata: { x: YQ== }\nstringData: { b: z }\n";
    assert_snapshot!(Fleet::new(secret).objects(Show::Masked), @"
    # templates/web/a.yaml:1:1
    apiVersion: v1
    kind: Secret
    metadata:
      name: a
      namespace: web
    data:
      x: (sensitive)
    stringData:
      b: (sensitive)
    type: Opaque
    ");
}

#[test]
fn a_secret_that_decides_what_is_rendered_masks_all_of_it() {
    let template = format!(
        "{}{{% if values.secret == \"hunter2\" %}}---\n{}{{% endif %}}",
        config_map("x: y"),
        config_map("x: y").replace("name: a", "name: b")
    );
    assert_snapshot!(Fleet::new(&template).set("!values.secret = \"hunter2\"\n").objects(Show::Masked), @"
    # templates/web/a.yaml:1:1
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: a
      namespace: web
    data: (sensitive)
    # templates/web/a.yaml:8:1
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: b
      namespace: web
    data: (sensitive)
    ");
    let list = config_map("x: {{ values.secret | split(pat=\"t\") | to_json }}");
    assert_snapshot!(Fleet::new(&list).set("!values.secret = \"hunter2\"\n").objects(Show::Masked), @"
    # templates/web/a.yaml:1:1
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: a
      namespace: web
    data:
      x:
      - (sensitive)
      - (sensitive)
    ");
}

#[test]
fn b28_a_secret_in_a_name_or_key_is_refused() {
    let named = |text: &str| Fleet::new(text).set("!values.secret = \"hunter2\"\n").problems();
    let name = config_map("x: y").replace("name: a", "name: {{ values.secret }}");
    let label = config_map("x: y").replace("name: a", "name: a\n  labels: { {{ values.secret }}: a }");
    let key = config_map("x: { {{ values.secret | upper }}: y }");
    let told = format!("{}{}{}", named(&name), named(&label), named(&key));
    assert!(!told.contains("hunter2"), "{told}");
    assert_snapshot!(told, @"
    O010: a sensitive value reaches the apiVersion, kind, name or namespace of an object, which cannot be kept secret
     --> templates/web/a.yaml:1:1 `apiVersion: v1`
     on prod-a: ConfigMap
     help: name objects, and the keys in them, by what is not secret
    O010: a sensitive value reaches the keys of a map of an object, which cannot be kept secret
     --> templates/web/a.yaml:1:1 `apiVersion: v1`
     on prod-a: ConfigMap
     help: name objects, and the keys in them, by what is not secret
    O010: a sensitive value reaches the keys of a map of an object, which cannot be kept secret
     --> templates/web/a.yaml:1:1 `apiVersion: v1`
     on prod-a: ConfigMap
     help: name objects, and the keys in them, by what is not secret
    ");
}

#[test]
fn a_secret_of_a_cluster_or_a_patch_is_masked_too() {
    let fleet = Fleet::new(&config_map("x: {{ cluster.values.token }}\nz: 1"))
        .set("!clusters.prod-a.token = \"hunter2\"\n!patch.ConfigMap/a.data.y = \"other\"\n");
    assert_snapshot!(fleet.objects(Show::Masked), @r#"
    # templates/web/a.yaml:1:1
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: a
      namespace: web
    data:
      x: (sensitive)
      "y": (sensitive)
      z: 1
    "#);
}
