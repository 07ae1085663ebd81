//! One diff with everything in it, as text and as Markdown.

use super::*;

#[test]
fn everything_as_text() {
    let everything = Everything::new();
    let text = text::text(&everything.diff(), Style { color: false, width: 100 });
    insta::assert_snapshot!(text, @r#"
    + Namespace/tools  service.tools  on prod-a, prod-b, prod-c, prod-d
        + metadata:
        +   labels:
        +     team: x

    + ConfigMap/settings in tools  service.settings  on prod-a, prod-b, prod-c, prod-d
        not checked by the server: the namespace tools is created by the same run
      only on prod-a:
        + data:
        +   banner: |
        +     one
        +     two
        +   zone: prod-a
      only on prod-b, else as on prod-a:
        data.zone  prod-a → prod-b
      only on prod-c, else as on prod-a:
        data.zone  prod-a → prod-c
      only on prod-d, else as on prod-a:
        data.zone  prod-a → prod-d

    ~ ConfigMap/app in backend  service.app  on prod-a, prod-b, prod-c, prod-d
        data["app.conf"]: |
            … 8 lines as before
            option_9 = true
            option_10 = true
            option_11 = true
          - pool_size = 10
          + pool_size = 20
            option_13 = true
            option_14 = true
            option_15 = true
            … 13 lines as before
            option_29 = true
            option_30 = true
            end
          + \ no line break at the end

    ~ Secret/db in backend  service.db  on prod-a, prod-b, prod-c, prod-d
        data.password  (sensitive) → (sensitive, another value)
        data.port      + (sensitive)

    ~ Deployment/backend-a in backend  service.backend-a  on prod-a, prod-b, prod-c, prod-d
        spec.template.spec.containers[name=app].env[name=MODE].value  slow → fast
        spec.template.spec.containers[name=app].env[name=TOKEN]:
          + name: TOKEN
          + valueFrom:
          +   secretKeyRef:
          +     key: t
          +     name: db
        spec.template.spec.containers[name=app].image:
          - registry.example.com/shop/backend-a:2.3.1
          + registry.example.com/shop/backend-a:2.4.0
      only on prod-a:
        spec.replicas  3 → 5

    ~ Deployment/cache in backend  service.cache  on prod-a
        spec.paused    - true
        spec.replicas  7 → 3
        conflict: kubectl-edit owns spec.replicas: 7 → 3
          take it over with take_over = ["backend/Deployment/cache:spec.replicas"] in its unit

    ! Service/web in backend  service.web  on prod-a
        replace required: spec.clusterIP: field is immutable
        spec.clusterIP  10.0.0.1 → None

    ~ ServiceAccount/web in backend  service.web  on prod-a
        taken over: it was not made by fleetwright
        metadata:
          + labels:
          +   team: x

    ! Deployment/bad in backend  service.bad  on prod-a
        refused: spec.replicas: must be >= 0

    ! Namespace/old  service.old  on prod-a
        it is being deleted since 2026-01-01T00:00:00Z

    = PersistentVolumeClaim/data in backend  service.data  on prod-a
        no longer rendered, kept: a PersistentVolumeClaim is only deleted by name

    = ConfigMap/found in backend  on prod-a
        left alone: it carries the label of this fleet, and is neither rendered nor recorded

    ~ Role/web in backend  service.web  on prod-a  (approximate)
        rules:
          - []
          + - verbs:
          +   - get

    - Deployment/old in backend  service.old  on prod-a, prod-b, prod-c, prod-d
    - Service/old in backend  service.old  on prod-a, prod-b, prod-c, prod-d

    ? unknown on prod-a: the user may not read this (403 Forbidden)
        Ingress/web in backend

    approximate for 2 objects on prod-a: the user may not ask for a dry run

    ? cluster prod-a: known in part: the user may not read this (403 Forbidden)
    ? cluster edge-a: unknown: nobody listens at 127.0.0.1:6443 (connection refused)
    ! cluster edge-b: refused: its UID is another than the pinned one

    6 clusters: 8 to create, 14 to change, 1 to take over, 1 to replace, 8 to delete, 1 refused, 1 being deleted, 1 conflict; 5 unchanged, 1 kept, 1 astray, 2 approximate, 1 unknown; 1 cluster known in part, 1 cluster unknown, 1 cluster refused
    "#);
}

#[test]
fn everything_as_markdown() {
    let everything = Everything::new();
    insta::assert_snapshot!(markdown::markdown(&everything.diff()), @r#"
    ### fleetwright diff against `live`

    **6 clusters: 8 to create, 14 to change, 1 to take over, 1 to replace, 8 to delete, 1 refused, 1 being deleted, 1 conflict; 5 unchanged, 1 kept, 1 astray, 2 approximate, 1 unknown; 1 cluster known in part, 1 cluster unknown, 1 cluster refused**

    | cluster | create | change | take over | replace | delete | refused | being deleted | conflicts | unknown | kept | astray | approximate | unchanged |
    |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
    | `prod-a` (in part) | 2 | 5 | 1 | 1 | 2 | 1 | 1 | 1 | 1 | 1 | 1 | 2 | 2 |
    | `prod-b` | 2 | 3 | 0 | 0 | 2 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 1 |
    | `prod-c` | 2 | 3 | 0 | 0 | 2 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 1 |
    | `prod-d` | 2 | 3 | 0 | 0 | 2 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 1 |
    | `edge-a` | ? | ? | ? | ? | ? | ? | ? | ? | ? | ? | ? | ? | ? |
    | `edge-b` | ? | ? | ? | ? | ? | ? | ? | ? | ? | ? | ? | ? | ? |

    #### Not known

    - cluster `prod-a`: known in part: `the user may not read this (403 Forbidden)`
    - cluster `edge-a`: unknown: `nobody listens at 127.0.0.1:6443 (connection refused)`
    - cluster `edge-b`: refused: `its UID is another than the pinned one`
    - `Ingress/web in backend` on `prod-a`: `the user may not read this (403 Forbidden)`

    #### Approximate, as the server could not be asked

    - on `prod-a`: `the user may not ask for a dry run`

    #### In the way

    - `Deployment/cache in backend` on `prod-a`: conflict: `kubectl-edit` owns `spec.replicas`: `7` → `3`
    - `Service/web in backend` on `prod-a`: replace required: `spec.clusterIP: field is immutable`
    - `Deployment/bad in backend` on `prod-a`: refused: `spec.replicas: must be >= 0`
    - `Namespace/old` on `prod-a`: `it is being deleted since 2026-01-01T00:00:00Z`

    <details><summary>create <code>Namespace/tools</code> on <code>prod-a, prod-b, prod-c, prod-d</code></summary>

    ```diff
    + metadata:
    +   labels:
    +     team: x
    ```

    </details>

    <details><summary>create <code>ConfigMap/settings in tools</code> on <code>prod-a, prod-b, prod-c, prod-d</code></summary>

    not checked by the server: `the namespace tools is created by the same run`

    only on `prod-a`:

    ```diff
    + data:
    +   banner: |
    +     one
    +     two
    +   zone: prod-a
    ```

    only on `prod-b`, else as on `prod-a`:

    ```diff
    - data.zone: prod-a
    + data.zone: prod-b
    ```

    only on `prod-c`, else as on `prod-a`:

    ```diff
    - data.zone: prod-a
    + data.zone: prod-c
    ```

    only on `prod-d`, else as on `prod-a`:

    ```diff
    - data.zone: prod-a
    + data.zone: prod-d
    ```

    </details>

    <details><summary>change <code>ConfigMap/app in backend</code> on <code>prod-a, prod-b, prod-c, prod-d</code></summary>

    ```diff
      data["app.conf"]: |
        … 8 lines as before
        option_9 = true
        option_10 = true
        option_11 = true
    -   pool_size = 10
    +   pool_size = 20
        option_13 = true
        option_14 = true
        option_15 = true
        … 13 lines as before
        option_29 = true
        option_30 = true
        end
    +   \ no line break at the end
    ```

    </details>

    <details><summary>change <code>Secret/db in backend</code> on <code>prod-a, prod-b, prod-c, prod-d</code></summary>

    ```diff
    - data.password: (sensitive)
    + data.password: (sensitive, another value)
    + data.port: (sensitive)
    ```

    </details>

    <details><summary>change <code>Deployment/backend-a in backend</code> on <code>prod-a, prod-b, prod-c, prod-d</code></summary>

    ```diff
    - spec.template.spec.containers[name=app].env[name=MODE].value: slow
    + spec.template.spec.containers[name=app].env[name=MODE].value: fast
      spec.template.spec.containers[name=app].env[name=TOKEN]:
    +   name: TOKEN
    +   valueFrom:
    +     secretKeyRef:
    +       key: t
    +       name: db
    - spec.template.spec.containers[name=app].image: registry.example.com/shop/backend-a:2.3.1
    + spec.template.spec.containers[name=app].image: registry.example.com/shop/backend-a:2.4.0
    ```

    only on `prod-a`:

    ```diff
    - spec.replicas: 3
    + spec.replicas: 5
    ```

    </details>

    <details><summary>change <code>Deployment/cache in backend</code> on <code>prod-a</code></summary>

    conflict: `kubectl-edit` owns `spec.replicas`: `7` → `3`

    take it over with `take_over = ["backend/Deployment/cache:spec.replicas"]` in its unit

    ```diff
    - spec.paused: true
    - spec.replicas: 7
    + spec.replicas: 3
    ```

    </details>

    <details><summary>replace <code>Service/web in backend</code> on <code>prod-a</code></summary>

    replace required: `spec.clusterIP: field is immutable`

    ```diff
    - spec.clusterIP: 10.0.0.1
    + spec.clusterIP: None
    ```

    </details>

    <details><summary>take over <code>ServiceAccount/web in backend</code> on <code>prod-a</code></summary>

    taken over: it was not made by fleetwright

    ```diff
      metadata:
    +   labels:
    +     team: x
    ```

    </details>

    <details><summary>refused: <code>Deployment/bad in backend</code> on <code>prod-a</code></summary>

    refused: `spec.replicas: must be >= 0`

    </details>

    <details><summary>being deleted: <code>Namespace/old</code> on <code>prod-a</code></summary>

    `it is being deleted since 2026-01-01T00:00:00Z`

    </details>

    <details><summary>kept: <code>PersistentVolumeClaim/data in backend</code> on <code>prod-a</code></summary>

    no longer rendered, kept: `a PersistentVolumeClaim is only deleted by name`

    </details>

    <details><summary>astray: <code>ConfigMap/found in backend</code> on <code>prod-a</code></summary>

    left alone: it carries the label of this fleet, and is neither rendered nor recorded

    </details>

    <details><summary>change <code>Role/web in backend</code> on <code>prod-a</code></summary>

    approximate

    ```diff
      rules:
    -   []
    +   - verbs:
    +     - get
    ```

    </details>

    <p>delete <code>Deployment/old in backend</code> on <code>prod-a, prod-b, prod-c, prod-d</code></p>

    <p>delete <code>Service/old in backend</code> on <code>prod-a, prod-b, prod-c, prod-d</code></p>
    "#);
}
