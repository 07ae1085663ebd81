//! What somebody else may have made is not told.

use super::shop::{FLEET, findings, validate, with};

#[test]
fn what_may_be_there_all_the_same_is_not_told() {
    let objects = [
        // In a namespace that the fleet does not render.
        "apiVersion: v1\nkind: Service\nmetadata: {name: dns, namespace: kube-system}\nspec: {selector: {k8s-app: kube-dns}, ports: [{port: 53}]}\n",
        "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: a}\nspec: {rules: [{from: [{source: {principals: [cluster.local/ns/other/sa/x]}}]}]}\n",
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a}\nspec: {hosts: [a.example.com], gateways: [istio-ingress/edge], http: [{route: [{destination: {host: x.other.svc.cluster.local, subset: v1}}]}]}\n",
        // Of a kind of somebody else's.
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\nspec: {maxReplicas: 3, scaleTargetRef: {apiVersion: example.com/v1, kind: Thing, name: x}}\n",
        // Pods that an operator makes.
        "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: db}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {selector: {cnpg.io/cluster: db}, ports: [{port: 5432}]}\n",
        "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: db}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: db-shell}\nspec: {restartPolicy: Never, serviceAccountName: db, containers: [{name: a, image: \"a:1\", resources: {requests: {cpu: 1m, memory: 1Mi}, limits: {memory: 1Mi}}}]}\n",
        // Labels and pods that controllers make.
        "apiVersion: v1\nkind: Service\nmetadata: {name: web-0}\nspec: {selector: {app: web, statefulset.kubernetes.io/pod-name: web-0}, ports: [{port: 80, targetPort: http}]}\n",
        "apiVersion: v1\nkind: Service\nmetadata: {name: external}\nspec: {type: ExternalName, externalName: example.com}\n",
        "apiVersion: v1\nkind: Service\nmetadata: {name: external}\nspec: {type: ExternalName, externalName: example.com, selector: {app: wbe}, ports: [{port: 80}]}\n",
    ];
    for added in objects {
        let document = validate(&FLEET.replace("BLOCK", ""), &with(added));
        assert_eq!(findings(&document).len(), 0, "{added}\n{:#}", document["findings"]);
    }
}
