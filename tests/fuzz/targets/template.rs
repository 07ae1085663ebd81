//! One template of a service. The first two lines are a value of the one cluster and of the other.

use super::whole;

/// No text of a template, so that wherever it shows, the secret was printed.
const SECRET: &str = "Hidden-7f3a/x=";

/// What the templates of the repository include.
const PARTS: [(&str, &str); 4] = [
    ("templates/_lib/pod.yaml", include_str!("../../../templates/_lib/pod.yaml")),
    ("templates/_lib/labels.yaml", include_str!("../../../templates/_lib/labels.yaml")),
    ("templates/_lib/routes.yaml", include_str!("../../../templates/_lib/routes.yaml")),
    (
        "templates/_lib/parts.yaml",
        "{% component box(v) %}[{{ v }}\n  {{- 1 }} ]{% endcomponent %}{% component wrap() %}<{{ body }}\n>{% endcomponent %}",
    ),
];

/// A service with something in each of its settings.
const SERVICE: &str = r#"fleet "fuzz" {}
variable "token" {
  sensitive = true
  default   = "Hidden-7f3a/x="
}
service "web" {
  namespace = "web"
  templates = ["web"]
  image     = "registry.example.com/web:1.2.3"
  requests  = { cpu = "500m", memory = "256Mi" }
  limits    = { cpu = "500m", memory = "256Mi" }
  env       = { A = "b", KEY = { secret = "shop/web/key" }, NODE = { field = "spec.nodeName" } }
  access    = { from = ["web"], egress = ["api.example.net:443"] }
  values = {
    list  = ["a", 1, { k = "v" }]
    map   = { k = "v", l = ["w"], "odd key" = { deep = true } }
    yes   = true
    half  = 0.5
    none  = null
    empty = ""
    token = var.token
    istio = { revision = "1-30", trust_domain = "shop.local" }
  }
  port "http" {
    number = 8080
  }
  autoscale {
    min = 2
    max = 4
    cpu = 70
  }
  probe "readiness" {
    path = "/ready"
    port = "http"
  }
  probe "liveness" {
    path = "/live"
    port = "http"
  }
  expose "public" {
    hosts   = ["web.example.com"]
    gateway = "ingress-gateway"
  }
}
"#;

fn fleet(words: [&str; 2]) -> String {
    let mut text = SERVICE.to_owned();
    for (name, word) in ["prod-a", "prod-b"].into_iter().zip(words) {
        let word = whole::quoted(&word.replace("\\n", "\n"));
        let number = word.len();
        text.push_str(&format!(
            "cluster \"{name}\" {{\n  values = {{ word = {word}, number = {number} }}\n}}\n"
        ));
    }
    text
}

/// Holds what is to hold for any input.
pub fn hold(data: &[u8]) {
    let mut lines = data.splitn(3, |byte| *byte == b'\n');
    let (Some(first), Some(second), Some(template)) = (lines.next(), lines.next(), lines.next()) else {
        return;
    };
    let (Ok(first), Ok(second)) = (std::str::from_utf8(first), std::str::from_utf8(second)) else { return };
    // Whoever compares with it may hand it in.
    if data.windows(SECRET.len()).any(|word| word == SECRET.as_bytes()) {
        return;
    }
    if whole::may_use_up_a_budget(template) {
        return;
    }
    let mut files: whole::Files = vec![
        ("fleet/fleet.hcl".to_owned(), fleet([first, second]).into_bytes()),
        ("templates/web/a.yaml".to_owned(), template.to_vec()),
    ];
    // To load them takes most of the time.
    if template.windows(4).any(|word| word == b"_lib") {
        files.extend(PARTS.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())));
    }
    let Some(whole) = whole::run(files, 1) else { return };
    for text in whole.texts.values().chain([&whole.told]) {
        assert!(!text.contains(SECRET), "a secret is printed: {text}");
    }
}
