//! `autoscale-target`, `autoscale`, `hpa-replicas`.

use super::shop::{Case, told};

const SCALER: &str = "apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: api
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: api}
  minReplicas: 2
  maxReplicas: 9
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
spec:
  revisionHistoryLimit: 1
  selector:
    matchLabels: {app: web, part: api}
  template:
    metadata:
      labels: {app: web, part: api}
    spec:
      serviceAccountName: web
      containers:
        - name: api
          image: registry.example.com/web:1.0
          ports: [{name: http, containerPort: 8080}]
          resources:
            limits: {cpu: 1, memory: 64Mi}
          readinessProbe: {tcpSocket: {port: http}}
          livenessProbe: {tcpSocket: {port: http}}
";

#[test]
fn autoscale_target() {
    let target = "kind: Deployment, name: api}";
    insta::assert_snapshot!(told(&Case {
        check: "autoscale-target",
        added: SCALER,
        mistakes: &[&[(target, "kind: Deployment, name: apo}")], &[(target, "kind: DaemonSet, name: api}")]],
        ..Case::default()
    }), @r#"
    V124 autoscale-target error shop/HorizontalPodAutoscaler/api
      HorizontalPodAutoscaler/api is to scale Deployment/apo, which is not there
      at `scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: apo}`: this target
      help: did you mean "api"?

    V124 autoscale-target error shop/HorizontalPodAutoscaler/api
      HorizontalPodAutoscaler/api is to scale DaemonSet/api, which has no replicas
      at `scaleTargetRef: {apiVersion: apps/v1, kind: DaemonSet, name: api}`: this target
      help: name a Deployment or StatefulSet
    "#);
}

#[test]
fn autoscale() {
    let keda = "---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  name: queue
spec:
  scaleTargetRef: {name: queue}
  triggers: [{type: cpu, metadata: {value: \"70\"}}]
---
apiVersion: autoscaling.k8s.io/v1
kind: VerticalPodAutoscaler
metadata:
  name: api
spec:
  targetRef: {apiVersion: apps/v1, kind: Deployment, name: api}
  updatePolicy: {updateMode: \"Off\"}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: queue
spec:
  selector:
    matchLabels: {app: queue}
  template:
    metadata:
      labels: {app: queue}
    spec:
      serviceAccountName: web
      containers:
        - name: queue
          image: registry.example.com/web:1.0
          resources:
            limits: {cpu: 1, memory: 64Mi}
          readinessProbe: {exec: {command: [ready]}}
          livenessProbe: {exec: {command: [live]}}
";
    insta::assert_snapshot!(told(&Case {
        check: "autoscale",
        added: &format!("{SCALER}{keda}"),
        mistakes: &[
            &[("scaleTargetRef: {name: queue}", "scaleTargetRef: {name: api}")],
            &[("updateMode: \"Off\"", "updateMode: Recreate")],
        ],
        ..Case::default()
    }), @r#"
    V106 autoscale error shop/ScaledObject/queue
      HorizontalPodAutoscaler/api and ScaledObject/queue scale the same pods
      at `scaleTargetRef: {name: api}`: scaled by this one
      at `scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: api}`: and by this one
      help: leave one of them

    V106 autoscale error shop/VerticalPodAutoscaler/api
      VerticalPodAutoscaler/api changes the cpu of the pods that HorizontalPodAutoscaler/api scales by their cpu
      at `targetRef: {apiVersion: apps/v1, kind: Deployment, name: api}`: changed by this one
      at `scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: api}`: scaled by this one
      help: set `updateMode` to "Off", or scale by something else
    "#);
}

#[test]
fn hpa_replicas() {
    insta::assert_snapshot!(told(&Case {
        check: "hpa-replicas",
        added: SCALER,
        mistakes: &[&[("revisionHistoryLimit: 1", "replicas: 2")]],
        ..Case::default()
    }), @"
    V113 hpa-replicas error shop/Deployment/api
      Deployment/api has a fixed number of replicas, and HorizontalPodAutoscaler/api scales it: each apply undoes the scaling
      at `replicas: 2`: fixed here
      at `scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: api}`: scaled by this one
      help: take `replicas` away
    ");
}
