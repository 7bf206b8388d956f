//! Certificates of searches that prove nothing, made from one that does.

use crate::common::{damaged::places, random::Rng};
use boundscope::certificate::Hex;
use serde_json::{Value, json};

fn hex(number: f64) -> Value {
    serde_json::to_value(Hex(number)).expect("finite")
}

/// What must be rejected, whatever the network.
pub fn forgeries(good: &Value) -> Vec<(&'static str, Vec<u8>)> {
    let text = good.to_string();
    let edit = |path: &str, change: &dyn Fn(&mut Value)| {
        let mut value = good.clone();
        change(value.pointer_mut(path).expect(path));
        value.to_string()
    };
    let set = |path: &str, value: Value| edit(path, &|place| *place = value.clone());
    let part = "/parts/0";
    let clause = "/parts/0/clauses/0";
    let tree = "/parts/0/clauses/0/tree";
    let steps = good.pointer(tree).and_then(Value::as_array).expect("a tree");
    let leaf = steps.iter().position(|step| step.get("leaf").is_some()).expect("a leaf");
    let split = steps.iter().position(|step| step.get("leaf").is_none()).expect("a split");
    let leaf = format!("{tree}/{leaf}/leaf");
    let in_tree = |change: &dyn Fn(&mut Vec<Value>)| edit(tree, &|tree| change(tree.as_array_mut().expect("a list")));
    let in_leaf = |name: &str, value: Value| set(&format!("{leaf}/{name}"), value);
    let no_step = |step: Value| in_tree(&|tree| tree[split] = step.clone());
    let one = hex(1.0);
    let inputs = good.pointer("/parts/0/lower").and_then(Value::as_array).expect("ends").len();
    let all: Vec<(&'static str, String)> = vec![
        ("cut in the middle", text[..text.len() / 2].into()),
        ("nothing", String::new()),
        ("something behind the end", text.clone() + "1"),
        ("brackets without end", "[".repeat(100_000)),
        ("a key twice", text.replacen('{', "{\"version\":2,", 1)),
        ("a field more", edit("", &|all| all["more"] = 1.into())),
        ("a field more in a part", edit(part, &|part| part["more"] = 1.into())),
        ("a field more in a leaf", edit(&leaf, &|leaf| leaf["more"] = 1.into())),
        ("a field less", edit("", &|all| drop(all.as_object_mut().expect("an object").remove("asked")))),
        ("another format", set("/format", "certificate".into())),
        ("another version", set("/version", 3.into())),
        ("the other version", set("/version", 1.into())),
        (
            "another network's hash",
            edit("/model/network", &|hash| {
                let text = hash.as_str().expect("text");
                let first = if text.starts_with('0') { "1" } else { "0" };
                *hash = format!("{first}{}", &text[1..]).into();
            }),
        ),
        ("another shape", set("/model/input_shape", json!([1, inputs]))),
        ("a box without an end", edit("/parts/0/lower", &|ends| drop(ends.as_array_mut().expect("a list").pop()))),
        (
            "ends exchanged",
            edit(part, &|part| {
                let lower = part["lower"].take();
                part["lower"] = part["upper"].take();
                part["upper"] = lower;
            }),
        ),
        ("an end that is a decimal", set("/parts/0/lower/0", json!(0.5))),
        ("an end in another spelling", set("/parts/0/lower/0", "-0x1.80p+1".into())),
        ("an end that is no number", set("/parts/0/lower/0", "nan".into())),
        (
            "an enormous box",
            edit(part, &|part| {
                part["lower"] = json!(vec![hex(-1e30); inputs]);
                part["upper"] = json!(vec![hex(1e30); inputs]);
            }),
        ),
        ("twice in words", set("/parts/0/twice", "yes".into())),
        (
            "a limit far above",
            edit(clause, &|clause| {
                clause["rows"].as_array_mut().expect("rows").iter_mut().for_each(|row| row["limit"] = hex(1e6));
            }),
        ),
        (
            "conditions that always hold",
            edit(clause, &|clause| {
                for row in clause["rows"].as_array_mut().expect("rows") {
                    (row["weights"], row["limit"]) = (json!([]), hex(0.0));
                }
            }),
        ),
        ("no conditions", edit(clause, &|clause| clause["rows"] = json!([]))),
        ("a condition on no output", edit(clause, &|clause| clause["rows"][0]["weights"] = json!([[1000, one]]))),
        ("a condition on an output below 0", edit(clause, &|clause| clause["rows"][0]["weights"] = json!([[-1, one]]))),
        ("an output twice", edit(clause, &|clause| clause["rows"][0]["weights"] = json!([[0, one], [0, one]]))),
        ("strict in words", edit(clause, &|clause| clause["rows"][0]["strict"] = "no".into())),
        ("no tree", set(tree, json!([]))),
        ("the last leaf missing", in_tree(&|tree| drop(tree.pop()))),
        (
            "the first leaf missing",
            in_tree(&|tree| {
                drop(tree.remove(tree.iter().position(|step| step.get("leaf").is_some()).expect("a leaf")))
            }),
        ),
        ("the first split missing", in_tree(&|tree| drop(tree.remove(split)))),
        (
            "a leaf too many",
            in_tree(&|tree| {
                let last = tree.last().cloned().expect("a leaf");
                tree.push(last);
            }),
        ),
        ("splits alone", in_tree(&|tree| tree.retain(|step| step.get("leaf").is_none()))),
        ("in the other order", in_tree(&|tree| tree.reverse())),
        ("a step of no kind", no_step(json!({"cut": {"input": 0, "at": one}}))),
        (
            "a step of two kinds",
            no_step(json!({"halve": {"input": 0, "at": one}, "decide": {"node": 2, "neuron": 0, "at": one}})),
        ),
        ("a split outside the box", no_step(json!({"halve": {"input": 0, "at": hex(1e9)}}))),
        ("a split of no input", no_step(json!({"halve": {"input": 1000, "at": one}}))),
        ("a split of an input below 0", no_step(json!({"halve": {"input": -1, "at": one}}))),
        ("a decision of no neuron", no_step(json!({"decide": {"node": 2, "neuron": 1000, "at": one}}))),
        ("a decision of no activation", no_step(json!({"decide": {"node": 1, "neuron": 0, "at": one}}))),
        ("a decision of no node", no_step(json!({"decide": {"node": 1000, "neuron": 0, "at": one}}))),
        ("a decision of the input", no_step(json!({"decide": {"node": 0, "neuron": 0, "at": one}}))),
        ("a leaf that adds up nothing", in_leaf("rows", json!([]))),
        ("a leaf of no condition", in_leaf("rows", json!([[1000, one]]))),
        ("a weight of 0", in_leaf("rows", json!([[0, hex(0.0)]]))),
        ("a weight below 0", in_leaf("rows", json!([[0, hex(-1.0)]]))),
        ("a condition twice", in_leaf("rows", json!([[0, one], [0, one]]))),
        ("multipliers for nothing", in_leaf("multipliers", json!(vec![hex(0.0); 60]))),
        ("slopes of no activation", in_leaf("slopes", json!([{"node": 1, "below": [[0, one]], "above": []}]))),
        ("slopes of no neuron", in_leaf("slopes", json!([{"node": 2, "below": [[1000, one]], "above": []}]))),
        ("slopes out of order", in_leaf("slopes", json!([{"node": 2, "below": [[1, one], [0, one]], "above": []}]))),
        (
            "slopes of nodes out of order",
            in_leaf("slopes", json!([{"node": 4, "below": [], "above": []}, {"node": 2, "below": [], "above": []}])),
        ),
    ];
    let mut all: Vec<_> = all.into_iter().map(|(what, text)| (what, text.into_bytes())).collect();
    if let Some((at, below)) = below_zero(steps) {
        let value = in_tree(&|tree| tree[at]["leaf"]["multipliers"] = below.clone());
        all.push(("a multiplier below 0", value.into_bytes()));
    }
    all
}

/// A leaf behind a decision, with multipliers below 0 as many as it has.
fn below_zero(steps: &[Value]) -> Option<(usize, Value)> {
    let with = steps
        .iter()
        .position(|step| step["leaf"]["multipliers"].as_array().is_some_and(|multipliers| !multipliers.is_empty()))?;
    let count = steps[with]["leaf"]["multipliers"].as_array()?.len();
    Some((with, json!(vec![hex(-1.0); count])))
}

/// Changes after which the answer may still follow: what both checkers have to agree on.
pub fn doubtful(good: &Value, rng: &mut Rng) -> Vec<(&'static str, Vec<u8>)> {
    let mut all = Vec::new();
    let mut numbers = Vec::new();
    places(good, "", &mut numbers);
    for _ in 0..24 {
        let path = &numbers[rng.below(numbers.len())];
        let mut value = good.clone();
        let place = value.pointer_mut(path).expect("there");
        let old = serde_json::from_value::<Hex>(place.clone()).expect("hexadecimal").0;
        let by = f64::from(rng.between(-0.5, 0.5));
        *place = hex([old + by, old * (1.0 + by), -old, 0.0][rng.below(4)]);
        all.push(("a changed number", value.to_string().into_bytes()));
    }
    let tree = "/parts/0/clauses/0/tree";
    let steps = good.pointer(tree).and_then(Value::as_array).expect("a tree").len();
    let mut change = |what, change: &dyn Fn(&mut Vec<Value>, &mut Rng)| {
        let mut value = good.clone();
        change(value.pointer_mut(tree).and_then(Value::as_array_mut).expect("a tree"), rng);
        all.push((what, value.to_string().into_bytes()));
    };
    change("two steps exchanged", &|tree, rng| tree.swap(rng.below(steps), rng.below(steps)));
    change("slopes left out", &|tree, _| {
        for step in tree {
            if let Some(leaf) = step.get_mut("leaf") {
                leaf["slopes"] = json!([]);
            }
        }
    });
    change("multipliers left out", &|tree, _| {
        for step in tree {
            if let Some(leaf) = step.get_mut("leaf") {
                leaf["multipliers"] = json!([]);
            }
        }
    });
    // What narrows a leaf: which neuron is decided on, where, and which side a leaf is on.
    let mut decided = |what, change: &dyn Fn(&mut Value)| {
        let mut value = good.clone();
        let tree = value.pointer_mut(tree).and_then(Value::as_array_mut).expect("a tree");
        tree.iter_mut().filter_map(|step| step.get_mut("decide")).for_each(change);
        all.push((what, value.to_string().into_bytes()));
    };
    decided("decisions on the first neuron", &|decide| decide["neuron"] = 0.into());
    decided("decisions far above", &|decide| decide["at"] = hex(1e3));
    decided("decisions far below", &|decide| decide["at"] = hex(-1e3));
    decided("decisions a little above", &|decide| decide["at"] = hex(1e-3));
    let mut change = |what, change: &dyn Fn(&mut Vec<Value>, &mut Rng)| {
        let mut value = good.clone();
        change(value.pointer_mut(tree).and_then(Value::as_array_mut).expect("a tree"), rng);
        all.push((what, value.to_string().into_bytes()));
    };
    change("leaves in the other order", &|tree, _| {
        let leaf = |step: &&Value| step.get("leaf").is_some();
        let mut leaves: Vec<Value> = tree.iter().filter(leaf).cloned().collect();
        for step in tree.iter_mut().filter(|step| step.get("leaf").is_some()) {
            *step = leaves.pop().expect("as many");
        }
    });
    change("multipliers of a leaf ten times as large", &|tree, _| {
        for step in tree {
            for multiplier in step.pointer_mut("/leaf/multipliers").and_then(Value::as_array_mut).into_iter().flatten()
            {
                let old = serde_json::from_value::<Hex>(multiplier.clone()).expect("hexadecimal").0;
                *multiplier = hex(10.0 * old);
            }
        }
    });
    change("another condition", &|tree, _| {
        for step in tree {
            if let Some(leaf) = step.get_mut("leaf") {
                leaf["rows"] = json!([[0, hex(1.0)]]);
            }
        }
    });
    change("one leaf instead of the tree", &|tree, _| {
        let last = tree.pop().expect("a leaf");
        *tree = vec![last];
    });
    all
}
