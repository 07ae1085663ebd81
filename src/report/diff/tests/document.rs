//! The JSON document.

use super::*;

#[test]
fn the_document_holds_all_of_it() {
    let changes = [
        with_conflict(change(
            "backend/Deployment/a",
            Action::Update,
            Some(json!({"spec": {"containers": [{"name": "a", "image": "a:1"}]}})),
            Some(json!({"spec": {"containers": [{"name": "a", "image": "a:2"}]}})),
        )),
        Change {
            judged: Judged::Later("its namespace is created by the same run".into()),
            ..change("tools/Secret/a", Action::Create, None, Some(json!({"data": {"a": "aHVudGVyMg=="}})))
        },
    ];
    let clusters = vec![
        ClusterDiff::offline(&"prod-a".into(), &changes),
        ClusterDiff::offline(&"prod-b".into(), &changes[..1]),
        ClusterDiff::unread(&"prod-c".into(), "nobody answers"),
    ];
    let diff = Diff::of("git:main", clusters);
    let document = json::Document::of(&diff, &Diagnostics::default(), &SourceMap::default());
    let mut value = serde_json::to_value(&document).unwrap();
    // The numbers of what there is none of are left out here.
    for counts in ["/counts", "/clusters/0/counts", "/clusters/1/counts", "/clusters/2/counts"] {
        let counts = value.pointer_mut(counts).and_then(Value::as_object_mut).unwrap();
        assert_eq!(counts.len(), 13);
        counts.retain(|_, count| *count != json!(0));
    }
    insta::assert_snapshot!(serde_json::to_string_pretty(&value).unwrap(), @r#"
    {
      "against": "git:main",
      "clusters": [
        {
          "counts": {
            "conflicts": 1,
            "create": 1,
            "update": 1
          },
          "name": "prod-a",
          "reasons": [],
          "state": "known"
        },
        {
          "counts": {
            "conflicts": 1,
            "update": 1
          },
          "name": "prod-b",
          "reasons": [],
          "state": "known"
        },
        {
          "counts": {},
          "name": "prod-c",
          "reasons": [
            "nobody answers"
          ],
          "state": "unknown"
        }
      ],
      "complete": false,
      "counts": {
        "conflicts": 2,
        "create": 1,
        "update": 2
      },
      "findings": [],
      "objects": [
        {
          "action": "update",
          "apiVersion": "apps/v1",
          "clusters": [
            "prod-a",
            "prod-b"
          ],
          "kind": "Deployment",
          "name": "a",
          "namespace": "backend",
          "parts": [
            {
              "clusters": [
                "prod-a",
                "prod-b"
              ],
              "conflicts": [
                {
                  "manager": "kubectl-edit",
                  "ours": {
                    "value": 3
                  },
                  "path": "spec.replicas",
                  "steps": [
                    {
                      "key": "spec"
                    },
                    {
                      "key": "replicas"
                    }
                  ],
                  "theirs": {
                    "value": 7
                  }
                }
              ],
              "doubt": null,
              "fields": [
                {
                  "after": {
                    "value": "a:2"
                  },
                  "before": {
                    "value": "a:1"
                  },
                  "path": "spec.containers[name=a].image",
                  "steps": [
                    {
                      "key": "spec"
                    },
                    {
                      "key": "containers"
                    },
                    {
                      "item": [
                        {
                          "key": "name",
                          "value": "a"
                        }
                      ]
                    },
                    {
                      "key": "image"
                    }
                  ]
                }
              ],
              "reason": null
            }
          ],
          "unit": "service.a"
        },
        {
          "action": "create",
          "apiVersion": "v1",
          "clusters": [
            "prod-a"
          ],
          "kind": "Secret",
          "name": "a",
          "namespace": "tools",
          "parts": [
            {
              "clusters": [
                "prod-a"
              ],
              "conflicts": [],
              "doubt": {
                "later": "its namespace is created by the same run"
              },
              "fields": [
                {
                  "after": {
                    "value": {
                      "data": {
                        "a": "(sensitive)"
                      }
                    }
                  },
                  "before": null,
                  "path": "",
                  "steps": []
                }
              ],
              "reason": null
            }
          ],
          "unit": "service.a"
        }
      ],
      "summary": {
        "errors": 0,
        "warnings": 0
      },
      "version": 1
    }
    "#);
}
