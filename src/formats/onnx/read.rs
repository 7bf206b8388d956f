//! ONNX in: a file as a network.

use super::{
    ending::ending,
    file::{
        Graph, Value, beside,
        node::shown,
        tensor::{External, Kind, Tensor, type_name},
        wrong,
    },
    lower::{Lowered, Question, lower},
    own::Evaluation,
};
use crate::formats::{
    FormatError,
    reading::{Answer, Asks, Choice, Files, Reading},
};
use serde_json::json;
use std::{collections::HashSet, sync::Arc};

/// Numbers that constants may grow to beyond the file's own, for a file of so many bytes.
fn room(bytes: usize) -> usize {
    (8 * bytes).max(1 << 16)
}

/// Reads a network from an ONNX file; `files` gives those beside it.
///
/// # Errors
/// What cannot be read, by node and operator.
pub fn read(bytes: &[u8], files: &dyn Files, choice: &Choice) -> Result<Answer, FormatError> {
    let graph = Graph::open(bytes)?;
    let read = |name: &str| files.beside(name);
    let mut external = beside(&read);
    let names: Vec<String> = graph.outputs.iter().map(|output| output.name.clone()).collect();
    let chosen = match (&choice.output, &names[..]) {
        (_, []) => return Err(wrong("it has no output")),
        (Some(wanted), _) if names.contains(wanted) => wanted.clone(),
        (Some(wanted), _) => {
            let there = names.iter().map(|name| shown(name)).collect::<Vec<_>>().join("\", \"");
            return Err(wrong(format!("it has no output \"{}\"; it has \"{there}\"", shown(wanted))));
        }
        (None, [one]) => one.clone(),
        (None, _) => return which(bytes, graph, &names, &mut external),
    };
    let (opset, nodes) = (graph.opset, graph.leading_to(&chosen).len());
    let mut reading = one("ONNX", bytes.len(), graph, &chosen, &mut external)?;
    reading.details = vec![("opset".into(), opset.to_string()), ("nodes".into(), nodes.to_string())];
    Ok(Answer::Network(Box::new(reading)))
}

/// Reads a network from a graph that was put together from another format, a file of so many bytes.
///
/// # Errors
/// What cannot be read, by node and operator.
pub fn network(format: &'static str, bytes: usize, graph: Graph) -> Result<Answer, FormatError> {
    let output = graph.outputs.first().map(|output| output.name.clone()).ok_or_else(|| wrong("it has no output"))?;
    let mut none = |_: &str| Err("its data lie elsewhere".to_owned());
    let reading = one(format, bytes, graph, &output, &mut none)?;
    Ok(Answer::Network(Box::new(reading)))
}

/// Several outputs: asks for one, and names the first that can be read.
fn which(bytes: &[u8], graph: Graph, names: &[String], external: &mut External<'_>) -> Result<Answer, FormatError> {
    let mut first = None;
    let mut readable = Vec::new();
    for name in names.iter().take(8) {
        match attempt(bytes.len(), &graph, name, external) {
            Ok(_) => readable.push(shown(name)),
            Err(error) => first = first.or(Some(error)),
        }
    }
    let Some(guess) = readable.first() else {
        return Err(first.unwrap_or_else(|| wrong("none of its outputs can be read")));
    };
    let all: Vec<String> = names.iter().take(8).map(|name| shown(name)).collect();
    Ok(Answer::Asks(Asks {
        format: "ONNX",
        producer: graph.producer,
        needs: vec!["output".into()],
        guess: json!({ "output": guess }),
        why: format!(
            "it has {} outputs ({}); say which one is the network's, for instance \"{guess}\"",
            names.len(),
            all.join(", ")
        ),
    }))
}

/// What came of taking a graph apart.
struct Attempt {
    lowered: Lowered,
    input: String,
    dims: Vec<usize>,
    batch: usize,
    logits: String,
    left_off: Vec<String>,
    notes: Vec<String>,
}

fn attempt(bytes: usize, graph: &Graph, output: &str, external: &mut External<'_>) -> Result<Attempt, FormatError> {
    let input = input(graph, output)?;
    let dims = dims(graph, input, output, room(bytes), external)?;
    let mut notes = Vec::new();
    match input.code {
        0 | 1 => {}
        10 | 11 | 16 => {
            notes.push(format!("the file takes {} numbers; here they are float32 or float64", type_name(input.code)))
        }
        2 | 3 => notes.push(format!(
            "the file takes whole numbers ({}); here it takes any numbers in their range",
            type_name(input.code)
        )),
        code => {
            let why = format!(
                "its input \"{}\" takes {}; networks of real numbers are read",
                shown(&input.name),
                type_name(code)
            );
            return Err(wrong(why));
        }
    }
    let batched = dims.len() > 1;
    let ask = |batched: bool, dims: &[Option<usize>], external: &mut External<'_>| {
        let free = batched && dims[0] != Some(1);
        let ending = ending(graph, output, free).map_err(wrong)?;
        let dims = dims.to_vec();
        let question = Question { graph, output: &ending.logits, input: &input.name, dims, batched, room: room(bytes) };
        Ok::<_, FormatError>((lower(&question, external)?, ending))
    };
    let (mut batch, mut whole) = (dims.first().copied().flatten().filter(|_| batched).unwrap_or(1), dims.clone());
    let (lowered, ending) = match ask(batched, &dims, external) {
        // Several rows that are one input after all: a picture without a batch.
        Err(error) if batched && batch > 1 => {
            batch = 1;
            ask(false, &dims, external).map_err(|_| error)?
        }
        other => other?,
    };
    if batch > 1 {
        notes.push(format!("the file takes {batch} inputs at a time; it is read for one"));
    }
    if dims.first() == Some(&None) {
        whole[0] = Some(1);
    }
    let dims = whole.iter().map(|size| size.unwrap_or(1)).collect();
    let (logits, left_off) = (ending.logits, ending.left_off);
    Ok(Attempt { lowered, input: input.name.clone(), dims, batch, logits, left_off, notes })
}

fn one(
    format: &'static str,
    bytes: usize,
    graph: Graph,
    output: &str,
    external: &mut External<'_>,
) -> Result<Reading, FormatError> {
    let made = attempt(bytes, &graph, output, external)?;
    let Attempt { lowered, input, dims, batch, logits, left_off, mut notes } = made;
    notes.extend(lowered.notes);
    if !left_off.is_empty() {
        let ops = left_off.join(" and ");
        notes.push(format!("{ops} at the end left off: bounds and margins are those of the logits in front of it"));
    }
    for (kind, words) in [(Kind::Half, "float16"), (Kind::Brain, "bfloat16")] {
        if lowered.kinds.contains(&kind) {
            notes.push(format!("{words} weights were widened to float32, which is exact"));
        }
    }
    if lowered.kinds.contains(&Kind::Double) {
        notes.push("the file has float64 weights".into());
    }
    if lowered.rounded > 0 {
        notes.push(format!(
            "{} numbers were rounded to float32: what is certified holds for the network as it is here",
            lowered.rounded
        ));
    }
    for function in &graph.functions {
        notes.push(format!("the file's function {} was written out", shown(function)));
    }
    let unused = graph.nodes.len() - graph.leading_to(output).len();
    if unused > 0 {
        notes.push(format!("{unused} nodes do not lead to the output and were left out"));
    }
    // The shape of the logits for the batch that the file is evaluated with.
    let length = lowered.network.classes();
    let mut shape = lowered.output;
    if shape.iter().product::<usize>() != length * batch {
        shape[0] = batch;
    }
    let producer = graph.producer.clone();
    let own = Evaluation::new(graph, (input, dims, batch), (logits, shape), output.to_owned(), external)?;
    let network = lowered.network;
    Ok(Reading { format, producer, details: Vec::new(), network, notes, left_off, own: Some(Arc::new(own)) })
}

/// The one input that an output depends on.
fn input<'a>(graph: &'a Graph, output: &str) -> Result<&'a Value, FormatError> {
    let read: HashSet<&str> =
        graph.leading_to(output).into_iter().flat_map(|node| node.inputs.iter().map(String::as_str)).collect();
    let found: Vec<&Value> = graph.inputs.iter().filter(|input| read.contains(input.name.as_str())).collect();
    let names = |list: &[&Value]| {
        list.iter().take(6).map(|value| format!("\"{}\"", shown(&value.name))).collect::<Vec<_>>().join(", ")
    };
    match &found[..] {
        [one] => Ok(one),
        [] => Err(wrong(format!("its output \"{}\" does not depend on any input", shown(output)))),
        all => Err(wrong(format!(
            "its output depends on {} inputs ({}); networks of one input are read. If some are weights, export with the weights in the file",
            all.len(),
            names(all)
        ))),
    }
}

/// The input's shape. Sizes that the file leaves open are the first layer's, where that says them.
fn dims(
    graph: &Graph,
    input: &Value,
    output: &str,
    room: usize,
    external: &mut External<'_>,
) -> Result<Vec<Option<usize>>, FormatError> {
    let name = shown(&input.name);
    if let Some(dims) = &input.dims {
        if dims.is_empty() {
            return Err(wrong(format!("its input \"{name}\" is one number without a shape")));
        }
        if dims.len() > 8 {
            return Err(wrong(format!("its input \"{name}\" has {} axes", dims.len())));
        }
        let known = if dims.len() == 1 { dims[0].is_some() } else { dims[1..].iter().all(Option::is_some) };
        if known {
            return Ok(dims.clone());
        }
    }
    // [batch, n] for the first layer of n columns that only arithmetic stands in front of.
    let mut same = HashSet::from([input.name.as_str()]);
    for node in graph.leading_to(output) {
        let Some(first) = node.inputs.iter().find(|name| same.contains(name.as_str())) else { continue };
        let weight = node.inputs.get(1).filter(|weight| graph.holds(weight) && *weight != first);
        match (node.op.as_str(), weight) {
            ("MatMul" | "Gemm", Some(weight)) => {
                let weight: Tensor = graph.tensor(weight, room, external)?;
                let turned = node.op == "Gemm" && node.flag("transB").unwrap_or(false);
                if let ([height, width], None | Some(2)) = (&weight.dims[..], input.dims.as_ref().map(Vec::len)) {
                    return Ok(vec![None, Some(if turned { *width } else { *height })]);
                }
                break;
            }
            ("Add" | "Sub" | "Mul" | "Div" | "Cast" | "Identity" | "Relu" | "Dropout" | "Flatten", _) => {
                same.extend(node.outputs.iter().map(String::as_str));
            }
            _ => break,
        }
    }
    let shape = input.dims.as_ref().map_or("no shape".to_owned(), |dims| {
        let sizes = dims.iter().map(|size| size.map_or("free".to_owned(), |size| size.to_string()));
        format!("the shape [{}]", sizes.collect::<Vec<_>>().join(", "))
    });
    Err(wrong(format!("its input \"{name}\" has {shape}; only the batch may be free: export it with fixed sizes")))
}
