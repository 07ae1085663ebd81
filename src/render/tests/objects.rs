//! Rendered documents as objects.

use insta::assert_snapshot;

use super::{Fleet, config_map};
use crate::render::Show;

#[test]
fn objects_tell_where_they_come_from_and_are_in_apply_order() {
    let fleet = Fleet::new(
        "# {{ unit.name }}\n{% include \"lib/_labels.yaml\" %}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\n---\n{% for name in [\"b\", \"a\"] -%}\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ name }}\n---\n{% endfor %}",
    )
    .file("templates/lib/_labels.yaml", "# a partial\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: web\n");
    assert_snapshot!(fleet.objects(Show::Masked), @"
    # templates/lib/_labels.yaml:2:1
    apiVersion: v1
    kind: Namespace
    metadata:
      name: web
    # templates/web/a.yaml:9:1
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: a
      namespace: web
    # templates/web/a.yaml:9:1
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: b
      namespace: web
    # templates/web/a.yaml:4:1
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web
      namespace: web
    ");
}

#[test]
fn b42_one_object_twice_names_both_places() {
    let object = |version: &str, namespace: &str| {
        format!(
            "apiVersion: {version}\nkind: HorizontalPodAutoscaler\nmetadata:\n  name: a{namespace}\n---\n"
        )
    };
    let (plain, explicit) = (object("autoscaling/v2", ""), object("autoscaling/v1", "\n  namespace: web"));
    assert_snapshot!(Fleet::new(&plain).file("templates/web/b.yaml", explicit).problems(), @"
    O007: web/HorizontalPodAutoscaler/a is rendered twice by component.web
     --> templates/web/b.yaml:1:1 `apiVersion: autoscaling/v1` rendered again
     --> templates/web/a.yaml:1:1 `apiVersion: autoscaling/v2` first rendered here
     on prod-a: HorizontalPodAutoscaler/a
     help: render it once, or give one of them another name; the version of its API makes no difference
    ");
    let twice = format!("{{% for n in [1, 2] %}}{plain}{{% endfor %}}");
    assert_snapshot!(Fleet::new(&twice).problems(), @"
    O007: web/HorizontalPodAutoscaler/a is rendered twice by component.web
     --> templates/web/a.yaml:1:22 `apiVersion: autoscaling/v2` renders it more than once
     on prod-a: HorizontalPodAutoscaler/a
     help: render it once, or give one of them another name; the version of its API makes no difference
    ");
    assert_snapshot!(Fleet::new(&plain).units(&["web", "shop"]).problems(), @"
    O007: web/HorizontalPodAutoscaler/a is rendered by component.web and by component.shop
     --> templates/web/a.yaml:1:1 `apiVersion: autoscaling/v2` renders it more than once
     on prod-a: HorizontalPodAutoscaler/a
     help: render it once, or give one of them another name; the version of its API makes no difference
    ");
}

#[test]
fn b38_a_unit_that_renders_nothing_says_so() {
    let told = ["", "  \n\n", "# only a comment\n", "---\n", "{% if false %}a: b{% endif %}"].map(|empty| {
        assert_eq!(Fleet::new(empty).optional().objects(Show::Full), "");
        Fleet::new(empty).clusters(&["dev-a", "prod-a"]).problems()
    });
    assert!(told.iter().all(|other| *other == told[0]));
    assert_snapshot!(told[0], @"
    T040: component.web rendered nothing
     --> fleet/fleet.hcl:1:1 ``
     on dev-a, prod-a: component.web
     help: say `optional = true` if that is meant, or exclude the cluster with `match`
    ");
}

#[test]
fn b54_b56_what_is_no_object_says_why() {
    let cases = [
        "just text",
        "- a\n- b",
        "null",
        "kind: Pod\nmetadata: { name: a }",
        "apiVersion: v1\nmetadata: { name: a }",
        "apiVersion: v1\nkind: Pod",
        "apiVersion: v1\nkind: Pod\nmetadata: {}",
        "apiVersion: v1\nkind: Pod\nmetadata: { generateName: a- }",
        "apiVersion: v1\nkind: Pod\nmetadata: { name: 12 }",
        "apiVersion: v1\nkind: Pod\nmetadata: { name: a/b }",
    ];
    let told: String = cases.iter().map(|text| Fleet::new(text).problems()).collect();
    assert_snapshot!(told, @r#"
    O001: expected an object, got a string
     --> templates/web/a.yaml:1:1 `just text`
     ==> prod-a/web (rendered):1:1+1 `just text`
     on prod-a: component.web
     help: an object has apiVersion, kind and metadata.name; documents are parted by `---`
    O001: expected an object, got a list
     --> templates/web/a.yaml:1:1 `- a`
     ==> prod-a/web (rendered):1:1+1 `- a`
     on prod-a: component.web
     help: an object has apiVersion, kind and metadata.name; documents are parted by `---`
    O001: expected an object, got null
     --> templates/web/a.yaml:1:1 `null`
     ==> prod-a/web (rendered):1:1+1 `null`
     on prod-a: component.web
     help: an object has apiVersion, kind and metadata.name; documents are parted by `---`
    O001: apiVersion is missing
     --> templates/web/a.yaml:1:1 `kind: Pod`
     ==> prod-a/web (rendered):1:1+1 `kind: Pod`
     on prod-a: Pod/a
     help: an object has apiVersion, kind and metadata.name; documents are parted by `---`
    O001: kind is missing
     --> templates/web/a.yaml:1:1 `apiVersion: v1`
     ==> prod-a/web (rendered):1:1+1 `apiVersion: v1`
     on prod-a: component.web
     help: an object has apiVersion, kind and metadata.name; documents are parted by `---`
    O001: metadata is missing
     --> templates/web/a.yaml:1:1 `apiVersion: v1`
     ==> prod-a/web (rendered):1:1+1 `apiVersion: v1`
     on prod-a: component.web
     help: an object has apiVersion, kind and metadata.name; documents are parted by `---`
    O001: metadata.name is missing
     --> templates/web/a.yaml:3:1 `metadata: {}`
     ==> prod-a/web (rendered):3:1+8 `metadata: {}`
     on prod-a: component.web
     help: an object has apiVersion, kind and metadata.name; documents are parted by `---`
    O001: metadata.generateName gives an object another name each time; give it a metadata.name
     --> templates/web/a.yaml:3:1 `metadata: { generateName: a- }`
     ==> prod-a/web (rendered):3:13+12 `metadata: { generateName: a- }`
     on prod-a: component.web
     help: an object has apiVersion, kind and metadata.name; documents are parted by `---`
    O001: metadata.name must be a string, got a number
     --> templates/web/a.yaml:3:1 `metadata: { name: 12 }`
     ==> prod-a/web (rendered):3:13+4 `metadata: { name: 12 }`
     on prod-a: component.web
     help: put it between quotes; a value of the fleet is quoted by `| quote`
    O001: metadata.name: "a/b" is no name of an object: '/' at offset 1
     --> templates/web/a.yaml:3:1 `metadata: { name: a/b }`
     ==> prod-a/web (rendered):3:13+4 `metadata: { name: a/b }`
     on prod-a: Pod/a/b
     help: allowed: any printable ASCII but '/' and '%', no blank at an end; not '.' or '..' alone
    "#);
}

#[test]
fn b55_lists_are_taken_apart() {
    let list = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMapList\n  items:\n  - apiVersion: v1\n    kind: ConfigMap\n    metadata: { name: a }\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: { name: b }\n";
    assert_snapshot!(Fleet::new(list).objects(Show::Full), @"
    # templates/web/a.yaml:7:3
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: a
      namespace: web
    # templates/web/a.yaml:10:1
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: b
      namespace: web
    ");
    assert_snapshot!(Fleet::new("apiVersion: v1\nkind: List\nitems:\n- metadata: { name: a }\n").problems(), @"
    O001: apiVersion is missing
     --> templates/web/a.yaml:4:1 `- metadata: { name: a }`
     ==> prod-a/web (rendered):4:3+1 `- metadata: { name: a }`
     on prod-a: component.web
     help: an object has apiVersion, kind and metadata.name; documents are parted by `---`
    ");
}

#[test]
fn namespaces_follow_the_scope() {
    let thing = "apiVersion: example.com/v1\nkind: Thing\nmetadata: { name: a }\n";
    let crd = |scope: &str| {
        format!(
            "---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{ name: things.example.com }}\nspec: {{ group: example.com, scope: {scope}, names: {{ kind: Thing }} }}\n"
        )
    };
    let namespace = |fleet: Fleet| {
        let (rendered, problems, _) = fleet.run();
        assert!(problems.is_empty());
        let objects = rendered.clusters()[0].units()[0].objects();
        let thing = objects.iter().find(|object| object.object().kind() == "Thing").unwrap();
        thing.object().namespace().map(str::to_owned)
    };
    assert_eq!(namespace(Fleet::new(thing)).as_deref(), Some("web"));
    assert_eq!(namespace(Fleet::new(&format!("{thing}{}", crd("Cluster")))), None);
    assert_eq!(namespace(Fleet::new(&format!("{thing}{}", crd("Namespaced")))).as_deref(), Some("web"));
    assert_snapshot!(Fleet::new(&config_map("x: y")).namespace(None).problems(), @"
    O002: ConfigMap/a has no namespace, and component.web gives none
     --> templates/web/a.yaml:1:1 `apiVersion: v1`
     on prod-a: ConfigMap/a
     help: set `namespace` of the unit, or `metadata.namespace` in the template
    ");
    let role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: a\n  namespace: web\n";
    assert_snapshot!(Fleet::new(role).problems(), @r#"
    O003: ClusterRole/a belongs to the whole cluster, but names the namespace "web"
     --> templates/web/a.yaml:1:1 `apiVersion: rbac.authorization.k8s.io/v1`
     on prod-a: ClusterRole/a
     help: take `metadata.namespace` out
    "#);
}

#[test]
fn b60_b61_b65_what_may_not_be_carried_has_a_place() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  uid: x\n  labels:\n    app.kubernetes.io/managed-by: Helm\n  annotations:\n    helm.sh/hook: test\nstatus:\n  phase: Running\n";
    assert_snapshot!(Fleet::new(text).problems(), @"
    O004: `metadata.uid` is set by the API server, not by a manifest
     --> templates/web/a.yaml:5:3 `uid: x`
     ==> prod-a/web (rendered):5:3+3 `  uid: x`
     on prod-a: Pod/a
     help: take it out of the template or manifest
    O005: `app.kubernetes.io/managed-by` says that the object belongs to a Helm release
     --> templates/web/a.yaml:7:5 `app.kubernetes.io/managed-by: Helm`
     ==> prod-a/web (rendered):7:5+28 `    app.kubernetes.io/managed-by: Helm`
     on prod-a: Pod/a
     help: take it out: the object is written by fleetwright
    O006: `helm.sh/hook` makes the object a Helm hook, which fleetwright does not run
     --> templates/web/a.yaml:9:5 `helm.sh/hook: test`
     ==> prod-a/web (rendered):9:5+12 `    helm.sh/hook: test`
     on prod-a: Pod/a
     help: render it as a Job of a component of its own with `depends_on`, or leave it out
    O004: `status` is set by the API server, not by a manifest
     --> templates/web/a.yaml:10:1 `status:`
     ==> prod-a/web (rendered):10:1+6 `status:`
     on prod-a: Pod/a
     help: take it out of the template or manifest
    ");
}

#[test]
fn patches_are_merged_and_told() {
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec:\n  template: { spec: { containers: [{ name: app, image: a }] } }\n";
    let patched = Fleet::new(deployment).set(
        "patch.Deployment/web.spec.template.spec.containers = [{\"name\": \"app\", \"image\": \"b\"}, {\"name\": \"side\"}]",
    );
    assert_snapshot!(patched.objects(Show::Full), @"
    # templates/web/a.yaml:1:1
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web
      namespace: web
    spec:
      template:
        spec:
          containers:
          - image: b
            name: app
          - name: side
    ");
    let wrong = Fleet::new(deployment).set(
        "patch.Deployment/wbe.spec.replicas = 1\npatch.Service/x = {}\npatch.Deployment/web.spec.template.spec.containers = [{\"image\": \"b\"}]\n",
    );
    assert_snapshot!(wrong.problems(), @r#"
    O008: the patch "Deployment/wbe" names no object that this unit renders
     on prod-a: component.web
     help: did you mean "Deployment/web"?
    O008: the patch "Service/x" names no object that this unit renders
     --> fleet/fleet.hcl:2:19 `{}`
     on prod-a: component.web
     note: it renders Deployment/web
     help: name the object as KIND/NAME
    O009: an element of this list has no `name`, by which it is merged
     --> fleet/fleet.hcl:3:54 `[{"image": "b"}]`
     on prod-a: Deployment/web
     help: a patch has the shape of the object, with only what changes in it
    "#);
}

#[test]
fn b37_line_ends_and_marks_at_the_start_are_no_matter_and_other_characters_are() {
    let crlf = config_map("x: |\n  a\n  b").replace('\n', "\r\n");
    assert_eq!(Fleet::new(&format!("\u{feff}{crlf}")).data(), r#"{"x":"a\nb\n"}"#);
    assert_snapshot!(Fleet::new("a: b\nc: \0\n").problems(), @"T002: the character U+0000 at byte 8 may not stand here\n --> templates/web/a.yaml:2:4 `\0`\n help: take it out; in a string that needs it, write it as an escape in the fleet and use `| quote`");
    assert_snapshot!(Fleet::new("a: b\rc: d\n").problems(), @"T002: the character U+000D at byte 4 may not stand here\n --> templates/web/a.yaml:1:5 `\r`\n help: take it out; in a string that needs it, write it as an escape in the fleet and use `| quote`");
    assert_snapshot!(Fleet::new("").file("templates/web/b.yaml", vec![b'a', 0xff]).problems(), @"
    T001: templates/web/b.yaml: not UTF-8: byte 0xff at offset 1, line 1
     help: save the file as UTF-8
    ");
}

#[test]
fn b39_nothing_is_escaped_for_html() {
    let fleet =
        Fleet::new("").optional().file("templates/web/x.html.yaml", config_map("x: \"{{ values.x }}\""));
    assert_eq!(fleet.set("values.x = \"<a> & 'b'\"").data(), r#"{"x":"<a> & 'b'"}"#);
}

#[test]
fn b45_an_error_on_one_cluster_of_many_names_that_one() {
    let names: Vec<&'static str> =
        (0..300).map(|n| &*Box::leak(format!("c{n:03}").into_boxed_str())).collect();
    let fleet = Fleet::new(&config_map(
        "x: {% if cluster.name == \"c123\" %}{{ values.typo }}{% else %}1{% endif %}",
    ));
    let (rendered, problems, map) = fleet.clusters(&names).threads(2).run();
    assert_snapshot!(super::told(problems, &map), @"
    T020: `values` has no `typo`
     --> templates/web/a.yaml:6:47 `typo`
     on c123: component.web
     help: set it in the fleet; where it may be missing, ask with `is defined` or add `| default(value=…)`
    ");
    assert_eq!(rendered.clusters().iter().filter(|cluster| !cluster.is_complete()).count(), 1);
}

#[test]
fn manifests_are_read_as_they_are() {
    let fleet = Fleet::new("").manifest("crds/a.yaml", &config_map("x: \"{{ not a template }}\""));
    assert_snapshot!(fleet.objects(Show::Full), @r#"
    # crds/a.yaml:1:1
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: a
      namespace: web
    data:
      x: "{{ not a template }}"
    "#);
    assert_snapshot!(Fleet::new("").manifest("crds/a.yaml", "a: [").problems(), @"
    Y001: the manifest is no YAML: a `[` or `{` that is never closed
     --> crds/a.yaml:1:1 `a: [`
     ==> crds/a.yaml:1:4+1 `a: [`
     on prod-a: component.web
     help: close it, or quote the text that begins with it
    ");
}

#[test]
fn b44_templates_that_nothing_names_are_told_apart() {
    let fleet = Fleet::new(&format!("{}{{% include \"lib/used.yaml\" %}}", config_map("x: 1")))
        .file("templates/lib/used.yaml", "")
        .file("templates/lib/_partial.yaml", "")
        .file("templates/lib/unused.yaml", "");
    let (rendered, _, map) = fleet.run();
    let unused: Vec<String> = rendered.unused_templates().iter().map(|span| map.locate(*span)).collect();
    assert_eq!(unused, ["templates/lib/unused.yaml:1:1"]);
    let used: Vec<String> = rendered.used_templates().iter().map(|span| map.locate(*span)).collect();
    assert_eq!(used, ["templates/lib/used.yaml:1:1", "templates/web/a.yaml:1:1"]);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let names = ["a", "b", "c", "d", "e"];
    let fleet = |threads: usize| {
        Fleet::new(&config_map("x: {{ cluster.name }}\ny-{{ values.x }}: 1"))
            .set("values.x = \"[\"\n")
            .clusters(&names)
            .units(&["u", "v", "w"])
            .threads(threads)
    };
    let once = fleet(1).problems();
    for threads in [0, 2, 5, 64] {
        assert_eq!(fleet(threads).problems(), once);
    }
}
