//! The module `weights`: its messages, and its arithmetic against another way to the same shares.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use super::Work;

type Numbers = BTreeMap<String, i128>;

/// Holds one side's clusters at their bounds after the other, the side that is further out first, until the rest fits:
/// what CSS does with flexible boxes.
fn shares(weights: &Numbers, limits: &Numbers, total: i128) -> Numbers {
    let mut held = Numbers::new();
    let mut free: Vec<&String> = weights.keys().filter(|name| weights[*name] > 0).collect();
    loop {
        let left = total - held.values().sum::<i128>();
        let weight: i128 = free.iter().map(|name| weights[*name]).sum();
        // Everything times `weight`: the share, and what it is beyond its bounds.
        let share = |name: &String| left * weights[name];
        let over = |name: &String| (share(name) - limits[name] * weight).max(0);
        let under = |name: &String| (weight - share(name)).max(0);
        let above: i128 = free.iter().map(|name| over(name)).sum();
        let below: i128 = free.iter().map(|name| under(name)).sum();
        let hold_above = above >= below;
        let stuck = |name: &String| if hold_above { over(name) > 0 } else { under(name) > 0 };
        let now: Vec<&String> = free.iter().copied().filter(|name| stuck(name)).collect();
        if now.is_empty() {
            let mut rests: Vec<(i128, &String)> =
                free.iter().map(|name| (-(share(name) % weight), *name)).collect();
            rests.sort();
            for name in &free {
                held.insert((*name).clone(), share(name) / weight);
            }
            let lost = total - held.values().sum::<i128>();
            for (_, name) in rests.into_iter().take(usize::try_from(lost).unwrap()) {
                *held.get_mut(name).unwrap() += 1;
            }
            break;
        }
        free.retain(|name| !now.contains(name));
        for name in now {
            held.insert(name.clone(), if hold_above { limits[name] } else { 1 });
        }
    }
    weights.keys().map(|name| (name.clone(), held.get(name).copied().unwrap_or(0))).collect()
}

#[test]
fn shares_are_those_of_another_algorithm() {
    const CASES: usize = 150;
    let mut runner =
        TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let weight = prop_oneof![Just(0), Just(1), Just(25), 1..50_i128, 1..1_000_000_000_i128];
    let total = prop_oneof![Just(1), Just(10), Just(100), Just(255)];
    let strategy = (proptest::collection::vec((weight, 0..100_i128), 1..8), total);
    let mut cases = BTreeMap::new();
    while cases.len() < CASES {
        let (clusters, total) = strategy.new_tree(&mut runner).unwrap().current();
        let name = |place: usize| format!("c{place}");
        let weights: Numbers =
            clusters.iter().enumerate().map(|(place, (weight, _))| (name(place), *weight)).collect();
        // Half of the limits are none.
        let limits: Numbers = clusters
            .iter()
            .enumerate()
            .map(|(place, (_, limit))| {
                (name(place), if *limit < 50 { 1 + total * limit / 50 } else { total }.min(total))
            })
            .collect();
        let taking = weights.iter().filter(|(_, weight)| **weight > 0);
        let reach: i128 = taking.clone().map(|(name, _)| limits[name]).sum();
        if i128::try_from(taking.count()).unwrap() <= total && reach >= total {
            let want = shares(&weights, &limits, total);
            assert_eq!(want.values().sum::<i128>(), total);
            cases.insert(format!("case-{:03}", cases.len()), (weights, limits, total, want));
        }
    }
    let asked: BTreeMap<&String, Value> = cases
        .iter()
        .map(|(name, (weights, limits, total, _))| {
            (name, json!({"weights": weights, "limits": limits, "total": total}))
        })
        .collect();
    let work = Work::modules();
    work.place.write("root/cases.json", &json!(asked).to_string());
    work.place.write(
        "root/main.tf",
        "locals {\n  cases = jsondecode(file(\"cases.json\"))\n}\n\
         module \"weights\" {\n  source   = \"../modules/weights\"\n  for_each = local.cases\n  weights  = each.value.weights\n  \
         limits   = each.value.limits\n  total    = each.value.total\n}\n\
         output \"shares\" {\n  value = { for name, module in module.weights : name => module.shares }\n}\n",
    );
    work.init("root");
    work.apply("root");
    let got = work.json("root", &["output", "-json", "shares"]);
    for (name, (weights, limits, total, want)) in &cases {
        assert_eq!(got[name], json!(want), "{weights:?} {limits:?} {total}");
    }
    assert_eq!(got.as_object().unwrap().len(), CASES);
}

#[test]
fn what_is_wrong_is_said_with_what_to_do() {
    let work = Work::modules();
    work.init("modules/weights");
    let cases = [
        (
            "weights = { prod-a = 0, prod-b = 25, prod-c = 25, prod-d = 25 }\nretired = [\"prod-d\"]\nlimit = 40\n",
            "The limits add up to 80 of 100, 20 are missing: prod-b may take 40, prod-c may take 40. Raise `limit` or \
             `limits`, or bring a cluster back: retired or with the weight 0 are prod-a, prod-d.",
        ),
        (
            "weights = { prod-a = 0, prod-b = 25 }\nretired = [\"prod-b\"]\n",
            "No cluster is left to take traffic: retired or with the weight 0 are prod-a, prod-b. Give one a weight \
             above 0.",
        ),
        (
            "weights = {}\n",
            "No cluster is left to take traffic: `weights` is empty. Give one a weight above 0.",
        ),
        (
            "weights = { a = 1, b = 1, c = 1 }\ntotal = 2\n",
            "A total of 2 is too small for 3 clusters: each that takes traffic gets at least 1. Raise `total`.",
        ),
        (
            "weights = { prod-a = 1 }\nlimits = { prod_a = 60 }\n",
            "`limits` names what has no weight: prod_a. Take it out, or write the name as in `weights`.",
        ),
    ];
    for (values, message) in cases {
        work.place.write("modules/weights/terraform.tfvars", values);
        assert_eq!(work.problems("modules/weights", &["plan"]), [message], "{values}");
    }
    work.place.write("modules/weights/terraform.tfvars", "weights = { a = 12.5, b = 1 }\n");
    let problems = work.problems("modules/weights", &["plan"]);
    assert!(
        problems[0].starts_with("A weight is a whole number from 0 on. These are not: a (12.5)."),
        "{problems:?}"
    );
}
