//! `readiness`, `liveness`, `privileged`, `host-namespaces`, `service-account`.

use super::shop::{Case, told};

const READINESS: &str = "          readinessProbe:\n            httpGet: {path: /ready, port: http}\n";
const LIVENESS: &str = "          livenessProbe:\n            httpGet: {path: /live, port: http}\n";
const ACCOUNT: &str = "serviceAccountName: web";
const NAME: &str = "        - name: web\n";

#[test]
fn readiness() {
    insta::assert_snapshot!(told(&Case {
        check: "readiness",
        mistakes: &[&[(READINESS, "")]],
        ..Case::default()
    }), @r#"
    V103 readiness error shop/Deployment/web
      container "web" has no readiness probe: it gets traffic before it can serve
      at `- name: web`: this container
      help: add `probe "readiness"`
    "#);
}

#[test]
fn liveness() {
    insta::assert_snapshot!(told(&Case {
        check: "liveness",
        mistakes: &[&[(LIVENESS, "")]],
        ..Case::default()
    }), @r#"
    V104 liveness error shop/Deployment/web
      container "web" has no liveness probe: it is not restarted when it hangs
      at `- name: web`: this container
      help: add `probe "liveness"`
    "#);
}

#[test]
fn privileged() {
    let context = |text: &str| format!("{NAME}          securityContext: {text}\n");
    let volume = format!("{ACCOUNT}\n      volumes:\n        - {{name: node, hostPath: {{path: /var/run}}}}");
    insta::assert_snapshot!(told(&Case {
        check: "privileged",
        mistakes: &[
            &[(NAME, &context("{privileged: true}"))],
            &[(NAME, &context("{allowPrivilegeEscalation: true}"))],
            &[(NAME, &context("{capabilities: {add: [NET_BIND_SERVICE, SYS_ADMIN]}}"))],
            &[(ACCOUNT, &volume)],
        ],
        ..Case::default()
    }), @r#"
    V109 privileged error shop/Deployment/web
      container "web" is privileged: root on the node
      at `securityContext: {privileged: true}`: set here
      help: take `privileged` away

    V109 privileged error shop/Deployment/web
      container "web" may raise its privileges
      at `securityContext: {allowPrivilegeEscalation: true}`: set here
      help: set `allowPrivilegeEscalation` to false

    V109 privileged error shop/Deployment/web
      container "web" adds the capability "SYS_ADMIN"
      at `securityContext: {capabilities: {add: [NET_BIND_SERVICE, SYS_ADMIN]}}`: set here
      help: take the capability away, or move what needs it into a pod of its own

    V109 privileged error shop/Deployment/web
      the volume "node" is the folder "/var/run" of the node
      at `- {name: node, hostPath: {path: /var/run}}`: a path of the node
      help: take a PersistentVolumeClaim, an emptyDir or a ConfigMap
    "#);
}

#[test]
fn host_namespaces() {
    let port = "{name: http, containerPort: 8080}";
    insta::assert_snapshot!(told(&Case {
        check: "host-namespaces",
        mistakes: &[
            &[(ACCOUNT, "serviceAccountName: web\n      hostNetwork: true")],
            &[(ACCOUNT, "serviceAccountName: web\n      hostPID: true\n      hostIPC: true")],
            &[(port, "{name: http, containerPort: 8080, hostPort: 8080}")],
        ],
        ..Case::default()
    }), @r#"
    V110 host-namespaces error shop/Deployment/web
      the pods share the network of their node
      at `hostNetwork: true`: set here
      help: take `hostNetwork` away

    V110 host-namespaces error shop/Deployment/web
      the pods share the processes of their node
      at `hostPID: true`: set here
      help: take `hostPID` away
    V110 host-namespaces error shop/Deployment/web
      the pods share the inter-process communication of their node
      at `hostIPC: true`: set here
      help: take `hostIPC` away

    V110 host-namespaces error shop/Deployment/web
      container "web" takes the port 8080 of its node: one pod fits on each
      at `- {name: http, containerPort: 8080, hostPort: 8080}`: a port of the node
      help: take `hostPort` away and reach the pods by a Service
    "#);
}

#[test]
fn service_account() {
    insta::assert_snapshot!(told(&Case {
        check: "service-account",
        mistakes: &[&[(ACCOUNT, "terminationGracePeriodSeconds: 1")], &[(ACCOUNT, "serviceAccountName: default")], &[(ACCOUNT, "serviceAccountName: wbe")], &[(ACCOUNT, "serviceAccountName: somebody")]],
        ..Case::default()
    }), @r#"
    V111 service-account warning shop/Deployment/web
      the pods run as the default ServiceAccount, as everything else in the namespace may
      at `spec:`: names no ServiceAccount
      help: give it a ServiceAccount of its own

    V111 service-account warning shop/Deployment/web
      the pods run as the default ServiceAccount, as everything else in the namespace may
      at `serviceAccountName: default`: the account that every pod has
      help: give it a ServiceAccount of its own

    V111 service-account error shop/Deployment/web
      nothing renders the ServiceAccount "wbe": without it no pod is made
      at `serviceAccountName: wbe`: this account
      help: did you mean "web"?

    V111 service-account warning shop/Deployment/web
      nothing renders the ServiceAccount "somebody": without it no pod is made
      at `serviceAccountName: somebody`: this account
      help: render the ServiceAccount
    "#);
}
