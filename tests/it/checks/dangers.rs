//! `dangerous`: row B64 of the bad inputs.

use super::shop::{Case, told};

#[test]
fn b64_dangerous() {
    let harmless = "apiVersion: v1
kind: Namespace
metadata:
  name: system
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata:
  name: policy
webhooks:
  - name: policy.example.com
    failurePolicy: Fail
    namespaceSelector:
      matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system]}]
    rules: [{apiGroups: ['*'], apiVersions: ['*'], operations: [CREATE], resources: ['*']}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: readers
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{kind: Group, apiGroup: rbac.authorization.k8s.io, name: readers}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: watcher
rules: [{apiGroups: ['*'], resources: ['*'], verbs: [get, list]}]
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata:
  name: v1.example.com
spec: {group: example.com, version: v1}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: things.example.com
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Thing, plural: things}
";
    insta::assert_snapshot!(told(&Case {
        check: "dangerous",
        added: harmless,
        mistakes: &[
            &[("  name: system\n", "  name: kube-system\n")],
            &[("values: [kube-system]", "values: [shop]")],
            &[("name: view", "name: cluster-admin")],
            &[("name: readers}]", "name: 'system:authenticated'}]")],
            &[("verbs: [get, list]", "verbs: ['*']")],
            &[("version: v1}", "version: v1, service: {name: web, namespace: shop}}")],
        ],
        ..Case::default()
    }), @r#"
    V123 dangerous error Namespace/kube-system
      the namespace "kube-system" belongs to the cluster itself
      at `name: kube-system`: this one
      help: render no Namespace for it; put objects into it if need be

    V123 dangerous error ValidatingWebhookConfiguration/policy
      ValidatingWebhookConfiguration/policy must answer before pods of kube-system can start: when it is down, the cluster stays down
      at `rules: [{apiGroups: ['*'], apiVersions: ['*'], operations: [CREATE], resources: ['*']}]`: this one
      help: leave kube-system out with `namespaceSelector`, or set `failurePolicy` to Ignore

    V123 dangerous error ClusterRoleBinding/readers
      ClusterRoleBinding/readers gives away the whole cluster: the role cluster-admin
      at `roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}`: this one
      help: bind a role that allows only what is needed

    V123 dangerous error ClusterRoleBinding/readers
      ClusterRoleBinding/readers gives rights to anybody: "system:authenticated"
      at `subjects: [{kind: Group, apiGroup: rbac.authorization.k8s.io, name: 'system:authenticated'}]`: this one
      help: name the users, groups or ServiceAccounts that need them

    V123 dangerous error ClusterRole/watcher
      ClusterRole/watcher allows everything
      at `rules: [{apiGroups: ['*'], resources: ['*'], verbs: ['*']}]`: this one
      help: name the groups, resources and verbs that are needed

    V123 dangerous error APIService/v1.example.com
      APIService/v1.example.com hands a part of the API to pods of the cluster
      at `spec: {group: example.com, version: v1, service: {name: web, namespace: shop}}`: this one
      help: leave it to whoever runs those pods
    "#);
}
