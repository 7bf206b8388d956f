//! Certificates that prove nothing, made from one that does.

use boundscope::certificate::Hex;
use serde_json::{Value, json};

/// The same with one change.
pub fn with(value: &Value, change: impl FnOnce(&mut Value)) -> String {
    let mut value = value.clone();
    change(&mut value);
    value.to_string()
}

pub fn hex(number: f64) -> Value {
    serde_json::to_value(Hex(number)).expect("finite")
}

/// What must be rejected, whatever the network.
pub fn forgeries(good: &Value) -> Vec<(&'static str, Vec<u8>)> {
    let text = good.to_string();
    let leaf = "/leaves/0";
    let edit = |path: &str, change: &dyn Fn(&mut Value)| with(good, |all| change(all.pointer_mut(path).expect(path)));
    let set = |path: &str, value: Value| edit(path, &|place| *place = value.clone());
    let mut all: Vec<(&'static str, String)> = vec![
        ("cut in the middle", text[..text.len() / 2].into()),
        ("its last character gone", text[..text.len() - 1].into()),
        ("nothing", String::new()),
        ("something behind the end", text.clone() + "1"),
        ("a list", format!("[{text}]")),
        ("brackets without end", "[".repeat(100_000)),
        ("a field more", edit("", &|all| all["more"] = 1.into())),
        ("a field more in a leaf", edit(leaf, &|leaf| leaf["more"] = 1.into())),
        ("a field more in a range", edit("/leaves/0/layers/0", &|layer| layer["more"] = json!([]))),
        ("a key twice", text.replacen("{", "{\"version\":1,", 1)),
        ("a field less", edit("", &|all| drop(all.as_object_mut().expect("an object").remove("method")))),
        ("no region", edit("", &|all| drop(all.as_object_mut().expect("an object").remove("region")))),
        ("another format", set("/format", "certificate".into())),
        ("another version", set("/version", 2.into())),
        ("a version of another kind", set("/version", true.into())),
        (
            "another network's hash",
            edit("/model/network", &|hash| {
                let text = hash.as_str().expect("text");
                let first = if text.starts_with('0') { "1" } else { "0" };
                *hash = format!("{first}{}", &text[1..]).into();
            }),
        ),
        (
            "a hash in capitals",
            edit("/model/network", &|hash| *hash = hash.as_str().expect("text").to_uppercase().into()),
        ),
        ("NaN", set("/region/epsilon", "nan".into())),
        ("NaN of JSON", text.replacen("\"epsilon\":", "\"epsilon\":NaN,\"epsilon2\":", 1)),
        ("infinity", set("/region/epsilon", "inf".into())),
        ("beyond the largest number", set("/region/epsilon", "0x1p+1024".into())),
        ("digits beyond the last", set("/region/centre/0", "0x1.00000000000001p-1".into())),
        ("a very long number", set("/region/centre/0", format!("0x1.{}p-1", "0".repeat(1 << 20)).into())),
        ("another spelling", set("/region/centre/0", "0x1.80p-1".into())),
        ("a decimal", set("/region/epsilon", json!(0.001))),
        ("a decimal as text", set("/region/epsilon", "0.001".into())),
        ("a large ε", set("/region/epsilon", hex(1e3))),
        ("an enormous ε", set("/region/epsilon", hex(f64::MAX))),
        ("ε below 0", set("/region/epsilon", hex(-0.001))),
        ("an unknown norm", set("/region/norm", "3".into())),
        ("a norm that is a number", set("/region/norm", 2.into())),
        (
            "nothing left by clipping",
            edit("/region", &|region| {
                (region["norm"], region["clip"]) = ("inf".into(), json!([hex(50.0), hex(60.0)]));
            }),
        ),
        (
            "a clip the wrong way round",
            edit("/region", &|region| {
                (region["norm"], region["clip"]) = ("inf".into(), json!([hex(2.0), hex(-1.0)]));
            }),
        ),
        (
            "a clipped ball of norm 2",
            edit("/region", &|region| {
                (region["norm"], region["clip"]) = ("2".into(), json!([hex(-1.0), hex(2.0)]));
            }),
        ),
        (
            "a centre of another length",
            edit("/region/centre", &|centre| drop(centre.as_array_mut().expect("a list").pop())),
        ),
        ("another label", edit("/claim/label", &|label| *label = ((label.as_u64().expect("a number") + 1) % 3).into())),
        ("no such label", set("/claim/label", 3.into())),
        ("a label below 0", set("/claim/label", (-1).into())),
        ("a label that is no whole number", set("/claim/label", json!(0.0))),
        ("a label and rows", edit("/claim", &|claim| claim["rows"] = json!([]))),
        ("no rows", set("/claim", json!({"rows": [], "above": []}))),
        (
            "a row of zeros above 0",
            set("/claim", json!({"rows": [[hex(0.0), hex(0.0), hex(0.0)]], "above": [hex(0.0)]})),
        ),
        (
            "a row above a million",
            set("/claim", json!({"rows": [[hex(1.0), hex(1.0), hex(1.0)]], "above": [hex(1e6)]})),
        ),
        ("a row of two", set("/claim", json!({"rows": [[hex(1.0), hex(1.0)]], "above": [hex(-1e6)]}))),
        ("no leaf", set("/leaves", json!([]))),
        ("two leaves", edit("/leaves", &|leaves| *leaves = json!([leaves[0], leaves[0]]))),
        ("a decision", set("/leaves/0/decisions", json!([{"node": 2, "neuron": 0, "above": true}]))),
        ("another way", set("/leaves/0/by", "magic".into())),
        ("a range by another way", set("/leaves/0/layers/0/by", "Walk".into())),
        (
            "ranges in another order",
            edit("/leaves/0/layers", &|layers| layers.as_array_mut().expect("a list").reverse()),
        ),
        (
            "a range twice",
            edit("/leaves/0/layers", &|layers| {
                let first = layers[0].clone();
                layers.as_array_mut().expect("a list").insert(0, first);
            }),
        ),
        ("a range of the input", set("/leaves/0/layers/0/node", 0.into())),
        ("a range of no node", set("/leaves/0/layers/0/node", 1000.into())),
        ("a range of an enormous node", set("/leaves/0/layers/0/node", json!(u64::MAX))),
        ("a number less", edit("/leaves/0/layers/0/lower", &|list| drop(list.as_array_mut().expect("a list").pop()))),
        (
            "a number more",
            edit("/leaves/0/layers/0/upper", &|list| {
                list.as_array_mut().expect("a list").push(hex(1.0));
            }),
        ),
        (
            "ends exchanged",
            edit("/leaves/0/layers/0", &|layer| {
                let lower = layer["lower"].take();
                layer["lower"] = layer["upper"].take();
                layer["upper"] = lower;
            }),
        ),
        ("a lower bound far above", set("/leaves/0/layers/0/lower/0", hex(1e3))),
        ("an upper bound far below", set("/leaves/0/layers/0/upper/1", hex(-1e3))),
        ("a range that is a point", edit("/leaves/0/layers/0", &|layer| layer["lower"] = layer["upper"].clone())),
    ];
    // Two ranges have to follow each other for it to be out of order.
    if good["leaves"][0]["layers"].as_array().is_some_and(|layers| layers.len() < 2) {
        all.retain(|(what, _)| *what != "ranges in another order");
    }
    if good["leaves"][0]["lines"].as_array().is_some_and(|lines| !lines.is_empty()) {
        all.extend([
            ("no lines", set("/leaves/0/lines", json!([]))),
            ("lines of a node that has none", set("/leaves/0/lines/0/node", 1.into())),
            ("a line that crosses", set("/leaves/0/lines/0/below/intercept/0", hex(1e3))),
            ("a line that crosses from above", set("/leaves/0/lines/0/above/intercept/0", hex(-1e3))),
            ("a steep line", set("/leaves/0/lines/0/below/slope/0", hex(1e300))),
            (
                "lines exchanged",
                edit("/leaves/0/lines/0", &|lines| {
                    let below = lines["below"].take();
                    lines["below"] = lines["above"].take();
                    lines["above"] = below;
                }),
            ),
        ]);
    }
    let mut all: Vec<_> = all.into_iter().map(|(what, text)| (what, text.into_bytes())).collect();
    let mut broken = text.into_bytes();
    let place = broken.len() / 2;
    broken[place] = 0xff;
    all.push(("no text", broken));
    all
}
