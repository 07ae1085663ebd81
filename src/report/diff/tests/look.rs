//! How values, exceptions and colours look in a terminal.

use super::*;

/// A part of what there is, in short.
fn of(clusters: &[(&str, &[Change])]) -> String {
    let clusters = clusters.iter().map(|(name, changes)| ClusterDiff::offline(&Arc::from(*name), changes));
    text::text(&Diff::of("live", clusters.collect()), Style { color: false, width: 80 })
}

fn labelled(name: &str, value: Value) -> Change {
    change(name, Action::Update, Some(json!({"data": {"a": "x"}})), Some(json!({ "data": { "a": value } })))
}

#[test]
fn values_are_shown_as_what_they_are() {
    let long = |middle: char| format!("{}{middle}{}", "a".repeat(600), "b".repeat(600));
    let texts = |value: Value| of(&[("prod-a", &[labelled("ConfigMap/a", value)])]);
    for (value, expected) in [
        (json!("true"), "    data.a  x → \"true\"\n"),
        (json!(true), "    data.a  x → true\n"),
        (json!(1.0), "    data.a  x → 1.0\n"),
        (json!(null), "    data.a  x → null\n"),
        (json!(""), "    data.a  x → \"\"\n"),
        (json!("x\n"), "    data.a  x → \"x\\n\"\n"),
        (json!("x "), "    data.a  x → \"x \"\n"),
        (json!("\u{1b}[2J\u{202e}"), "    data.a  x → \"\\x1B[2J\\u202E\"\n"),
        (json!([]), "    data.a  x → []\n"),
        (
            json!("a\u{1b}\nb "),
            "    data.a: |\n      - x\n      + a\\x1b\n      + b\\x20\n        \\ no line break at the end\n",
        ),
        (json!({"b": 1}), "    data.a:\n      - x\n      + b: 1\n"),
    ] {
        let text = texts(value);
        let body = text.strip_prefix("~ ConfigMap/a  service.a  on prod-a\n").unwrap();
        assert_eq!(body.strip_suffix("\n1 cluster: 1 to change\n").unwrap(), expected);
    }
    // What is written out looks like what it is written as.
    let alike = [change(
        "ConfigMap/a",
        Action::Update,
        Some(json!({"data": {"a": "1\u{1b}\n2\n"}})),
        Some(json!({"data": {"a": "1\\x1b\n2\n"}})),
    )];
    let lines = "      - 1\\x1b\n      + 1\\x1b (another value)\n";
    assert!(of(&[("prod-a", &alike)]).contains(lines));
    // Where both are long, the difference is what is shown.
    let pair = [change(
        "ConfigMap/a",
        Action::Update,
        Some(json!({"data": {"a": long('x'), "b": format!("1\n{}", long('x'))}})),
        Some(json!({"data": {"a": long('y'), "b": format!("1\n{}", long('y'))}})),
    )];
    insta::assert_snapshot!(of(&[("prod-a", &pair)]), @r"
    ~ ConfigMap/a  service.a  on prod-a
        data.a:
          - …(560 characters)…aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaxbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb…(560 characters)…
          + …(560 characters)…aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaybbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb…(560 characters)…
        data.b: |
            1
          - …(560 characters)…aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaxbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb…(560 characters)…
          + …(560 characters)…aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaybbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb…(560 characters)…
            \ no line break at the end

    1 cluster: 1 to change
    ");
}

#[test]
fn what_is_cut_is_counted() {
    let lines = |from: usize, to: usize| (from..to).map(|number| format!("{number}\n")).collect::<String>();
    let text = of(&[("prod-a", &[labelled("ConfigMap/a", json!(lines(0, 1000)))])]);
    let (start, rest) = text.split_once("        … ").unwrap();
    let (cut, end) = rest.split_once('\n').unwrap();
    assert_eq!(cut, "763 lines not shown (763 +)");
    let shown = |part: &str| part.lines().filter(|line| line.starts_with("      +")).count();
    assert_eq!(shown(start) + shown(end), 1000 - 763);
}

#[test]
fn order_and_members_are_told() {
    let changes = [change(
        "Deployment/a",
        Action::Update,
        Some(
            json!({"spec": {"containers": [{"name": "a"}, {"name": "b"}], "hosts": ["x", "y"], "args": ["1", "2"]}}),
        ),
        Some(
            json!({"spec": {"containers": [{"name": "b"}, {"name": "a"}], "hosts": ["z", "x"], "args": ["1", "3"]}}),
        ),
    )];
    insta::assert_snapshot!(of(&[("prod-a", &changes)]), @r#"
    ~ Deployment/a  service.a  on prod-a
        spec.args[1]            "2" → "3"
        spec.containers[order]  [a, b] → [b, a]
        spec.hosts[=y]          - "y"
        spec.hosts[=z]          + z

    1 cluster: 1 to change
    "#);
}

#[test]
fn exceptions_stand_by_the_clusters_that_have_them() {
    let replicas = |count: u32, image: &str| {
        [change(
            "backend/Deployment/a",
            Action::Update,
            Some(deployment("a:1", 3, json!([]))),
            Some(deployment(image, count, json!([]))),
        )]
    };
    let (most, one, two) = (replicas(3, "a:2"), replicas(5, "a:2"), replicas(5, "a:3"));
    let created =
        [change("backend/Deployment/a", Action::Create, None, Some(deployment("a:2", 3, json!([]))))];
    insta::assert_snapshot!(
        of(&[("a", &most), ("b", &one), ("c", &most), ("d", &two), ("e", &created), ("f", &[])]),
        @"
    ~ Deployment/a in backend  service.a  on a, b, c, d
      only on a, b, c:
        spec.template.spec.containers[name=app].image  a:1 → a:2
      only on b, d:
        spec.replicas  3 → 5
      only on d:
        spec.template.spec.containers[name=app].image  a:1 → a:3

    + Deployment/a in backend  service.a  on e
        + metadata:
        +   labels:
        +     app.kubernetes.io/name: backend-a
        + spec:
        +   replicas: 3
        +   template:
        +     spec:
        +       containers:
        +       - env: []
        +         image: a:2
        +         name: app

    6 clusters: 1 to create, 4 to change
    "
    );
}

#[test]
fn colour_is_used_where_it_is_wanted() {
    let changes = [
        labelled("ConfigMap/a", json!("y")),
        change("Service/b", Action::Delete, None, None),
        change("Service/c", Action::Create, None, Some(json!({"spec": {}}))),
    ];
    let clusters = vec![ClusterDiff::offline(&"prod-a".into(), &changes)];
    let text = text::text(&Diff::of("live", clusters), Style { color: true, width: 80 });
    insta::assert_snapshot!(text.replace('\x1b', "^"), @r#"
    ^[33m~ ConfigMap/a^[0m^[2m  service.a^[0m  on prod-a
        data.a  ^[31mx^[0m → ^[32m"y"^[0m

    ^[31m- Service/b^[0m^[2m  service.b^[0m  on prod-a

    ^[32m+ Service/c^[0m^[2m  service.c^[0m  on prod-a
        ^[32m+ spec: {}^[0m

    ^[1m1 cluster: 1 to create, 1 to change, 1 to delete^[0m
    "#);
}
