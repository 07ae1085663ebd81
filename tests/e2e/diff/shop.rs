//! The example fleet on four real clusters: a diff shows exactly what was changed, where.

use std::collections::BTreeSet;
use std::path::Path;

use fleetwright::plan::{FIELD_MANAGER, PART_OF, Wanted};
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::said::READER;
use crate::applied::{apply_and_record, connect};
use crate::example;
use crate::fleet::PROJECTS;
use crate::harness::dry_run::Judge;
use crate::harness::{Cluster, Lab, Manager, Spec, block_on, cluster};
use crate::program::{Outcome, Place, outcome};
use crate::rendering::Rendering;

const NAMES: [&str; 4] = ["prod-a", "prod-b", "prod-c", "prod-d"];

/// A copy of the example fleet in which these clusters are those of the same name.
pub fn copied(clusters: &[Cluster]) -> Place {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let uids: Vec<(String, &str)> = Rendering::of(root)
        .fleet
        .clusters
        .iter()
        .filter_map(|known| {
            let uid = known.uid.as_deref()?.to_owned();
            Some((uid, clusters.iter().find(|cluster| *cluster.name == *known.name)?.uid.as_str()))
        })
        .collect();
    assert_eq!(uids.len(), clusters.len());
    let place = Place::empty();
    for folder in ["fleet", "templates"] {
        for (path, text) in example::files(&root.join(folder)) {
            let text = String::from_utf8(text).unwrap();
            let text = uids.iter().fold(text, |text, (old, new)| text.replace(old, new));
            place.write(&format!("{folder}/{path}"), &text);
        }
    }
    place
}

/// Makes what the example fleet expects of a cluster: the definitions of its custom kinds, and the namespaces that others
/// make.
pub async fn prepare(cluster: &Cluster, wanted: &Wanted<'_>) {
    let kinds: BTreeSet<&str> = wanted.objects.iter().map(|(object, _)| &*object.kind).collect();
    let mut definitions: Vec<Value> = PROJECTS.iter().flat_map(|project| project.read()).collect();
    definitions.retain(|definition| kinds.contains(definition["spec"]["names"]["kind"].as_str().unwrap()));
    cluster.define(&definitions).await;
    // Some are made by what installs the mesh.
    let is_rendered = |name: &str| {
        let mut names = wanted.objects.iter().map(|(object, _)| (&*object.kind, &*object.name));
        names.any(|object| object == ("Namespace", name))
    };
    let bodies = wanted.objects.iter().map(|(_, object)| object.body(&wanted.set));
    let homeless = bodies.filter(|object| {
        object["metadata"]["namespace"].as_str().is_some_and(|namespace| !is_rendered(namespace))
    });
    Judge::of(cluster).await.make_namespaces(&homeless.collect::<Vec<_>>()).await;
}

/// The example fleet, and its four production clusters with everything in them.
struct Shop {
    place: Place,
    clusters: Vec<Cluster>,
    rendering: Rendering,
}

impl Shop {
    fn open() -> Self {
        let clusters = Lab::new().start(NAMES.map(|name| Spec::bare(name).user(READER)));
        let place = copied(&clusters);
        let rendering = Rendering::of(place.path());
        let shop = Self { place, clusters, rendering };
        std::thread::scope(|scope| {
            for cluster in &shop.clusters {
                scope.spawn(|| block_on(shop.furnish(cluster)));
            }
        });
        shop
    }

    /// Applies what is rendered for a cluster, and records it.
    async fn furnish(&self, cluster: &Cluster) {
        let wanted = self.rendering.wanted(&cluster.name);
        prepare(cluster, &wanted).await;
        let identities = self.rendering.identities();
        let proven = connect(&cluster.kubeconfig, &cluster.name, &cluster.name, &identities).await;
        apply_and_record(cluster, &proven, &wanted, &self.rendering.fleet.name).await;
        cluster.lets_read(READER).await;
    }

    fn cluster(&self, name: &str) -> &Cluster {
        self.clusters.iter().find(|cluster| cluster.name == name).unwrap()
    }

    async fn manager(&self, cluster: &str, name: &'static str) -> Manager {
        Manager::new(name, &self.cluster(cluster).client().await).await
    }

    /// What a cluster is to hold under this kind and name.
    fn object(&self, cluster: &str, kind: &str, name: &str) -> Value {
        let wanted = self.rendering.wanted(cluster);
        let found = wanted.objects.iter().find(|(object, _)| (&*object.kind, &*object.name) == (kind, name));
        found.unwrap().1.body(&wanted.set)
    }

    fn diff(&self, arguments: &[&str]) -> Outcome {
        let mut command = self.place.command(&["diff", "--select", "env=prod"]);
        command.args(arguments).env("KUBECONFIG", cluster::kubeconfig(&self.clusters));
        outcome(command.output().unwrap())
    }

    /// A diff that finds something, and what it says.
    fn differs(&self) -> String {
        let Outcome { status, stdout, stderr } = self.diff(&[]);
        assert_eq!((status, stderr.as_str()), (Some(1), ""), "{stdout}");
        let exact = self.diff(&["--exact"]);
        assert_eq!((exact.status, exact.stdout, exact.stderr), (Some(1), stdout.clone(), stderr));
        stdout
    }

    /// A diff that finds nothing to do, and what it says.
    fn is_as_it_should_be(&self) -> String {
        let Outcome { status, stdout, stderr } = self.diff(&[]);
        assert_eq!((status, stderr.as_str()), (Some(0), ""), "{stdout}");
        let exact = self.diff(&["--exact"]);
        assert_eq!((exact.status, exact.stdout, exact.stderr), (Some(0), stdout.clone(), stderr));
        stdout
    }

    /// What is said while a file of the fleet has other words.
    fn with<T>(&self, file: &str, from: &str, to: &str, say: impl FnOnce() -> T) -> T {
        let before = self.place.read(file);
        assert!(before.contains(from), "{file} has no {from}");
        self.place.write(file, &before.replace(from, to));
        let said = say();
        self.place.write(file, &before);
        said
    }
}

#[test]
fn each_change_is_shown_once_and_nothing_else() {
    let shop = Shop::open();
    assert_snapshot!(shop.is_as_it_should_be(), @"no differences on 4 clusters; 1319 unchanged");
    what_is_approximated(&shop);
    a_changed_value(&shop);
    block_on(async {
        an_edit_of_ours(&shop).await;
        an_edit_of_theirs(&shop).await;
        a_deleted_object(&shop).await;
        a_stray(&shop).await;
        a_conflict(&shop).await;
    });
    shop.is_as_it_should_be();
}

/// Who may not ask for dry runs sees little where there is nothing: an approximation does not know which empty values
/// a server leaves out, and which defaults it has in code.
fn what_is_approximated(shop: &Shop) {
    let contexts: Vec<String> =
        NAMES.iter().map(|name| format!("--context={name}={name}-{READER}")).collect();
    let mut arguments: Vec<&str> = contexts.iter().map(String::as_str).collect();
    arguments.push("--exact");
    let Outcome { stdout, .. } = shop.diff(&arguments);
    assert_snapshot!(stdout, @r#"
    ~ ValidatingAdmissionPolicy/admission-images  component.admission  on all 4 clusters  (approximate)
        spec.matchConstraints.matchPolicy             - Equivalent
        spec.matchConstraints.namespaceSelector       - {}
        spec.matchConstraints.objectSelector          - {}
        spec.matchConstraints.resourceRules[0].scope  - "*"
        spec.matchConstraints.resourceRules[1].scope  - "*"
        spec.matchConstraints.resourceRules[2].scope  - "*"

    ~ ValidatingAdmissionPolicy/admission-privileges  component.admission  on all 4 clusters  (approximate)
        spec.matchConstraints.matchPolicy             - Equivalent
        spec.matchConstraints.namespaceSelector       - {}
        spec.matchConstraints.objectSelector          - {}
        spec.matchConstraints.resourceRules[0].scope  - "*"
        spec.matchConstraints.resourceRules[1].scope  - "*"
        spec.matchConstraints.resourceRules[2].scope  - "*"

    ~ ValidatingAdmissionPolicy/admission-probes  component.admission  on all 4 clusters  (approximate)
        spec.matchConstraints.matchPolicy             - Equivalent
        spec.matchConstraints.namespaceSelector       - {}
        spec.matchConstraints.objectSelector          - {}
        spec.matchConstraints.resourceRules[0].scope  - "*"
        spec.matchConstraints.resourceRules[1].scope  - "*"
        spec.matchConstraints.resourceRules[2].scope  - "*"

    ~ ValidatingAdmissionPolicy/admission-requests  component.admission  on all 4 clusters  (approximate)
        spec.matchConstraints.matchPolicy             - Equivalent
        spec.matchConstraints.namespaceSelector       - {}
        spec.matchConstraints.objectSelector          - {}
        spec.matchConstraints.resourceRules[0].scope  - "*"
        spec.matchConstraints.resourceRules[1].scope  - "*"
        spec.matchConstraints.resourceRules[2].scope  - "*"

    ~ ValidatingAdmissionPolicy/fleetwright-dry-run-only  component.fleetwright  on all 4 clusters  (approximate)
        spec.matchConstraints.matchPolicy             - Equivalent
        spec.matchConstraints.namespaceSelector       - {}
        spec.matchConstraints.objectSelector          - {}
        spec.matchConstraints.resourceRules[0].scope  - "*"

    ~ PriorityClass/batch  component.priorities  on all 4 clusters  (approximate)
        globalDefault  + false

    ~ PriorityClass/core  component.priorities  on all 4 clusters  (approximate)
        globalDefault  + false

    ~ PriorityClass/over-provisioner  component.over-provisioner  on all 4 clusters  (approximate)
        globalDefault  + false

    ~ ValidatingAdmissionPolicyBinding/admission-images  component.admission  on all 4 clusters  (approximate)
        spec.matchResources.matchPolicy     - Equivalent
        spec.matchResources.objectSelector  - {}

    ~ ValidatingAdmissionPolicyBinding/admission-privileges  component.admission  on all 4 clusters  (approximate)
        spec.matchResources.matchPolicy     - Equivalent
        spec.matchResources.objectSelector  - {}

    ~ ValidatingAdmissionPolicyBinding/admission-probes  component.admission  on all 4 clusters  (approximate)
        spec.matchResources.matchPolicy     - Equivalent
        spec.matchResources.objectSelector  - {}

    ~ ValidatingAdmissionPolicyBinding/admission-requests  component.admission  on all 4 clusters  (approximate)
        spec.matchResources.matchPolicy     - Equivalent
        spec.matchResources.objectSelector  - {}

    ~ StatefulSet/carts in data  service.carts  on all 4 clusters  (approximate)
        spec.volumeClaimTemplates[0].spec.volumeMode  - Filesystem
        spec.volumeClaimTemplates[0].status:
          - phase: Pending

    ~ StatefulSet/search-index in data  service.search-index  on all 4 clusters  (approximate)
        spec.volumeClaimTemplates[0].spec.volumeMode  - Filesystem
        spec.volumeClaimTemplates[0].status:
          - phase: Pending

    approximate for 1319 objects on all 4 clusters: the user may not ask for a dry run, which takes the right to patch

    4 clusters: 56 to change; 1263 unchanged, 1319 approximate
    "#);
}

fn a_changed_value(shop: &Shop) {
    let said = shop.with("fleet/web.hcl", "storefront:1.42.0", "storefront:1.43.0", || shop.differs());
    assert_snapshot!(said, @"
    ~ Deployment/storefront in web  service.storefront  on all 4 clusters
        spec.template.spec.containers[name=storefront].image:
          - registry.example.com/shop/storefront:1.42.0
          + registry.example.com/shop/storefront:1.43.0

    4 clusters: 4 to change; 1315 unchanged
    ");
}

async fn an_edit_of_ours(shop: &Shop) {
    let object = shop.object("prod-b", "HorizontalPodAutoscaler", "search");
    let editor = shop.manager("prod-b", "kubectl-edit").await;
    editor.edit(&object, &json!({ "spec": { "maxReplicas": 60 } })).await;
    assert_snapshot!(shop.differs(), @r#"
    ~ HorizontalPodAutoscaler/search in backend  service.search  on prod-b
        spec.maxReplicas  60 → 32
        conflict: kubectl-edit owns spec.maxReplicas: 60 → 32
          take it over with take_over = ["backend/HorizontalPodAutoscaler/search:spec.maxReplicas"] in its unit

    4 clusters: 1 to change, 1 conflict; 1318 unchanged
    "#);
    editor.named(FIELD_MANAGER).take(&object).await;
}

async fn an_edit_of_theirs(shop: &Shop) {
    let object = shop.object("prod-c", "HorizontalPodAutoscaler", "search");
    let editor = shop.manager("prod-c", "kubectl-edit").await;
    editor.edit(&object, &json!({ "metadata": { "labels": { "team": "web" } } })).await;
    assert_snapshot!(shop.is_as_it_should_be(), @"no differences on 4 clusters; 1319 unchanged");
}

async fn a_deleted_object(shop: &Shop) {
    let object = shop.object("prod-d", "PodDisruptionBudget", "carts");
    let someone = shop.manager("prod-d", "kubectl").await;
    someone.delete(&object).await;
    assert_snapshot!(shop.differs(), @r#"
    + PodDisruptionBudget/carts in data  service.carts  on prod-d
        + metadata:
        +   labels:
        +     app.kubernetes.io/name: carts
        +     app.kubernetes.io/part-of: shop
        +     core: "yes"
        +     tier: data
        + spec:
        +   maxUnavailable: 1
        +   selector:
        +     matchLabels:
        +       app.kubernetes.io/name: carts
        +   unhealthyPodEvictionPolicy: AlwaysAllow

    4 clusters: 1 to create; 1318 unchanged
    "#);
    someone.named(FIELD_MANAGER).take(&object).await;
    // Made anew, it is another object than the recorded one.
    shop.furnish_again("prod-d").await;
}

async fn a_stray(shop: &Shop) {
    let stray = json!({
        "apiVersion": "v1", "kind": "ServiceAccount",
        "metadata": { "namespace": "web", "name": "left-over", "labels": { PART_OF: shop.rendering.set().as_str() } },
    });
    let someone = shop.manager("prod-a", "kubectl").await;
    someone.apply(&stray).await;
    assert_snapshot!(shop.is_as_it_should_be(), @"
    = ServiceAccount/left-over in web  on prod-a
        left alone: it carries the label of this fleet, and is neither rendered nor recorded

    no differences on 4 clusters; 1319 unchanged, 1 astray
    ");
    someone.delete(&stray).await;
}

async fn a_conflict(shop: &Shop) {
    let object = shop.object("prod-b", "Deployment", "storefront");
    let container = object.pointer("/spec/template/spec/containers/0/name").unwrap();
    let mut taken = json!({
        "apiVersion": object["apiVersion"], "kind": object["kind"],
        "metadata": { "namespace": object["metadata"]["namespace"], "name": "storefront" },
    });
    let image = json!({ "name": container, "image": "registry.example.com/shop/storefront:1.42.1-hotfix" });
    taken["spec"] = json!({ "template": { "spec": { "containers": [image] } } });
    let other = shop.manager("prod-b", "argocd-controller").await;
    other.take(&taken).await;
    let said = shop.with("fleet/web.hcl", "storefront:1.42.0", "storefront:1.43.0", || shop.differs());
    assert_snapshot!(said, @r#"
    ~ Deployment/storefront in web  service.storefront  on all 4 clusters
      only on prod-a, prod-c, prod-d:
        spec.template.spec.containers[name=storefront].image:
          - registry.example.com/shop/storefront:1.42.0
          + registry.example.com/shop/storefront:1.43.0
      only on prod-b:
        spec.template.spec.containers[name=storefront].image:
          - registry.example.com/shop/storefront:1.42.1-hotfix
          + registry.example.com/shop/storefront:1.43.0
        conflict: argocd-controller owns spec.template.spec.containers[name=storefront].image: registry.example.com/shop/storefront:1.42.1-hotfix → registry.example.com/shop/storefront:1.43.0
          take it over with take_over = ["web/Deployment/storefront:spec.template.spec.containers[name=storefront].image"] in its unit

    4 clusters: 4 to change, 1 conflict; 1315 unchanged
    "#);
    other.named(FIELD_MANAGER).take(&object).await;
}

impl Shop {
    async fn furnish_again(&self, name: &str) {
        let cluster = self.cluster(name);
        let wanted = self.rendering.wanted(name);
        let proven = connect(&cluster.kubeconfig, name, name, &self.rendering.identities()).await;
        apply_and_record(cluster, &proven, &wanted, &self.rendering.fleet.name).await;
    }
}
