//! A fleet of any size: every cluster runs every service, and each service has ten objects.

use std::fmt::Write;
use std::fs;
use std::path::Path;

/// The templates of the ten objects, and what they include.
const TEMPLATES: [(&str, &str); 11] = [
    ("_meta.yaml", include_str!("templates/_meta.yaml")),
    ("app/authorizationpolicy.yaml", include_str!("templates/app/authorizationpolicy.yaml")),
    ("app/autoscale.yaml", include_str!("templates/app/autoscale.yaml")),
    ("app/deployment.yaml", include_str!("templates/app/deployment.yaml")),
    ("app/destinationrule.yaml", include_str!("templates/app/destinationrule.yaml")),
    ("app/networkpolicy.yaml", include_str!("templates/app/networkpolicy.yaml")),
    ("app/pdb.yaml", include_str!("templates/app/pdb.yaml")),
    ("app/service.yaml", include_str!("templates/app/service.yaml")),
    ("app/serviceaccount.yaml", include_str!("templates/app/serviceaccount.yaml")),
    ("app/servicemonitor.yaml", include_str!("templates/app/servicemonitor.yaml")),
    ("app/virtualservice.yaml", include_str!("templates/app/virtualservice.yaml")),
];

/// How large it is.
pub struct Shop {
    /// How many clusters.
    pub clusters: usize,
    /// How many services each of them runs.
    pub services: usize,
    /// Whether each object has a label with the name of its cluster, so that no two have the same text.
    pub marked: bool,
}

/// What differs from cluster to cluster.
pub struct Cluster {
    /// Its name.
    pub name: String,
    /// Its availability zone.
    pub zone: String,
    /// The layer it belongs to.
    pub layer: &'static str,
    /// The suffix of its hosts.
    pub domain: String,
    /// The fewest replicas of a service.
    pub replicas: usize,
}

/// What differs from service to service.
pub struct Service {
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// Its image.
    pub image: String,
    /// Its port.
    pub port: usize,
    /// The most replicas.
    pub max: usize,
    /// How long a call may take.
    pub timeout: String,
    /// The memory of a pod.
    pub memory: String,
}

impl Shop {
    /// How many objects it has.
    pub fn objects(&self) -> usize {
        self.clusters * self.services * 10
    }

    /// Its clusters.
    pub fn clusters(&self) -> impl Iterator<Item = Cluster> {
        (0..self.clusters).map(|number| Cluster {
            name: format!("c{number:03}"),
            zone: format!("eu-west-{}{}", number / 3 + 1, ["a", "b", "c"][number % 3]),
            layer: ["online", "offline", "secure"][number % 3],
            domain: format!("c{number:03}.example.com"),
            replicas: 2 + number % 4,
        })
    }

    /// Its services.
    pub fn services(&self) -> impl Iterator<Item = Service> {
        (0..self.services).map(|number| Service {
            name: format!("svc-{number:04}"),
            namespace: format!("team-{:02}", number % 20),
            image: format!("registry.example.com/shop/svc-{number:04}:1.0.0"),
            port: 8000 + number % 100,
            max: 10 + number % 30,
            timeout: format!("{}s", 2 + number % 9),
            memory: format!("{}Mi", 128 << (number % 4)),
        })
    }

    /// Writes the fleet and its templates into a folder.
    pub fn write(&self, place: &Path) {
        let fleet = place.join("fleet");
        fs::create_dir_all(&fleet).unwrap();
        fs::create_dir_all(place.join("templates/app")).unwrap();
        for (name, text) in TEMPLATES {
            fs::write(place.join("templates").join(name), text).unwrap();
        }
        let head = "fleet \"bench\" {\n  templates = \"../templates\"\n}\n\nprofile \"base\" {\n  values = {\n    marked = ";
        fs::write(fleet.join("fleet.hcl"), format!("{head}{}\n  }}\n}}\n\noutput \"domains\" {{\n  value = {{ for c in clusters : c.name => c.values.domain }}\n}}\n", self.marked)).unwrap();
        let mut text = String::new();
        for cluster in self.clusters() {
            let Cluster { name, zone, layer, domain, replicas } = cluster;
            writeln!(
                text,
                "cluster \"{name}\" {{\n  labels = {{ zone = \"{zone}\", layer = \"{layer}\" }}\n  values = {{ domain = \"{domain}\", replicas = {replicas} }}\n}}\n"
            )
            .unwrap();
        }
        fs::write(fleet.join("clusters.hcl"), &text).unwrap();
        text.clear();
        for service in self.services() {
            service.write(&mut text);
        }
        fs::write(fleet.join("services.hcl"), &text).unwrap();
    }
}

impl Service {
    fn write(&self, text: &mut String) {
        let Self { name, namespace, image, port, max, timeout, memory } = self;
        write!(
            text,
            r#"service "{name}" {{
  namespace = "{namespace}"
  image     = "{image}"
  templates = ["app"]
  requests  = {{ cpu = "250m", memory = "{memory}" }}
  limits    = {{ cpu = "1", memory = "{memory}" }}
  values    = {{ host = "{name}.${{cluster.values.domain}}", timeout = "{timeout}" }}

  port "http" {{
    number = {port}
  }}
  autoscale {{
    min = cluster.values.replicas
    max = {max}
    cpu = 70
  }}
  probe "readiness" {{
    path = "/ready"
    port = "http"
  }}
  probe "liveness" {{
    path = "/live"
    port = "http"
  }}
  disruption {{
    max_unavailable = "10%"
  }}
}}

"#
        )
        .unwrap();
    }
}
