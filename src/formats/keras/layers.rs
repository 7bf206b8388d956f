//! A Keras layer as operators.

use super::{
    activation,
    nodes::{Nodes, Value},
    settings::Settings,
};
use crate::formats::onnx::{Setting, Tensor};

/// A layer without its place in the model.
pub struct Layer<'a> {
    /// Its kind.
    pub class: &'a str,
    /// Its settings.
    pub settings: Settings<'a>,
    /// Its arrays, in its own order; what is not used is refused.
    pub weights: Vec<Tensor>,
}

/// Layers that do nothing once a network is trained.
const IDLE: &[&str] = &[
    "Dropout",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "GaussianDropout",
    "GaussianNoise",
    "AlphaDropout",
    "ActivityRegularization",
    "Identity",
    "InputLayer",
];

/// Writes a layer's operators behind the values that it reads.
///
/// # Errors
/// What is not read, in words.
pub fn write(nodes: &mut Nodes, mut layer: Layer<'_>, inputs: &[Value]) -> Result<Value, String> {
    let [input] = inputs else { return several(nodes, &layer, inputs) };
    let made = match layer.class {
        class if IDLE.contains(&class) => Ok(input.clone()),
        "Dense" => dense(nodes, &mut layer, input),
        "Conv2D" => conv(nodes, &mut layer, input),
        "DepthwiseConv2D" => depthwise(nodes, &mut layer, input),
        "SeparableConv2D" => separable(nodes, &mut layer, input),
        "MaxPooling2D" => pool(nodes, &layer, input, "MaxPool"),
        "AveragePooling2D" => pool(nodes, &layer, input, "AveragePool"),
        "GlobalAveragePooling2D" => whole_pool(nodes, &layer, input, "GlobalAveragePool"),
        "GlobalMaxPooling2D" => whole_pool(nodes, &layer, input, "GlobalMaxPool"),
        "Flatten" => flatten(nodes, &layer, input),
        "Reshape" => reshape(nodes, &layer, input),
        "Permute" => permute(nodes, &layer, input),
        "ZeroPadding2D" => padding(nodes, &layer, input),
        "BatchNormalization" => batch_norm(nodes, &mut layer, input),
        "Normalization" => normalization(nodes, &mut layer, input),
        "Rescaling" => rescaling(nodes, &layer, input),
        "PReLU" => prelu(nodes, &mut layer, input),
        class => match activation::layer(nodes, &input.name, class, &layer.settings) {
            Some(made) => made.map(|name| Value { name, rank: input.rank }),
            None => Err(unknown(class)),
        },
    };
    let made = made?;
    layer.settings.done()?;
    if !layer.weights.is_empty() {
        return Err(format!("{} arrays are left over that nothing in it uses", layer.weights.len()));
    }
    Ok(made)
}

fn unknown(class: &str) -> String {
    match class {
        "Lambda" | "TFOpLambda" | "SlicingOpLambda" => {
            "its work is Python code inside the file, which is not run; write it with Keras' own layers, or export ONNX (model.export(\"model.onnx\", format=\"onnx\"))".into()
        }
        "LSTM" | "GRU" | "SimpleRNN" | "RNN" | "ConvLSTM2D" | "Bidirectional" | "TimeDistributed" => {
            "recurrent layers are not read".into()
        }
        "LayerNormalization" | "GroupNormalization" | "UnitNormalization" => {
            "a normalisation by the input's own mean or spread is not affine and is not read; batch normalisation is".into()
        }
        _ => "this layer is not read; docs/formats.md lists those that are. Export ONNX instead: model.export(\"model.onnx\", format=\"onnx\")".into(),
    }
}

/// Layers of several inputs.
fn several(nodes: &mut Nodes, layer: &Layer<'_>, inputs: &[Value]) -> Result<Value, String> {
    let [first, ..] = inputs else { return Err("it reads nothing".into()) };
    let names: Vec<&str> = inputs.iter().map(|input| input.name.as_str()).collect();
    let rank = inputs.iter().map(|input| input.rank).max().unwrap_or(first.rank);
    let name = match layer.class {
        "Add" => nodes.add("Sum", &names, &[]),
        "Subtract" => nodes.add("Sub", &names, &[]),
        "Average" => nodes.add("Mean", &names, &[]),
        "Maximum" => nodes.add("Max", &names, &[]),
        "Minimum" => nodes.add("Min", &names, &[]),
        "Multiply" => nodes.add("Mul", &names, &[]),
        "Concatenate" => {
            let axis = layer.settings.whole("axis")?.and_then(|axis| axis.first().copied()).unwrap_or(-1);
            // The batch is the first axis.
            nodes.add("Concat", &names, &[("axis", Setting::Int(if axis < 0 { axis + rank as i64 } else { axis }))])
        }
        class => return Err(format!("{class} does not read {} values", inputs.len())),
    };
    layer.settings.done()?;
    Ok(Value { name, rank })
}

impl Layer<'_> {
    /// The layer's next array.
    fn next(&mut self, what: &str) -> Result<Tensor, String> {
        if self.weights.is_empty() {
            return Err(format!("the file holds no {what} for it"));
        }
        Ok(self.weights.remove(0))
    }

    fn channels_first(&self) -> Result<bool, String> {
        match self.settings.text("data_format")? {
            None | Some("channels_last") => Ok(false),
            Some("channels_first") => Ok(true),
            Some(other) => Err(format!("its data_format is \"{other}\"; channels_last and channels_first are read")),
        }
    }

    fn bias(&mut self) -> Result<Option<Tensor>, String> {
        if self.settings.flag("use_bias")?.unwrap_or(true) { self.next("bias").map(Some) } else { Ok(None) }
    }

    /// Windows: an operator's settings for strides, dilation and padding.
    fn window(&self, strides: [i64; 2]) -> Result<Vec<(&'static str, Setting)>, String> {
        let dilation = self.settings.pair("dilation_rate")?.unwrap_or([1, 1]);
        let mut all = vec![("strides", Setting::Ints(strides.to_vec()))];
        if dilation != [1, 1] {
            all.push(("dilations", Setting::Ints(dilation.to_vec())));
        }
        match self.settings.text("padding")? {
            None | Some("valid") => {}
            // TensorFlow puts the odd one at the end.
            Some("same") => all.push(("auto_pad", Setting::Text("SAME_UPPER".into()))),
            Some(other) => return Err(format!("its padding is \"{other}\"; valid and same are read")),
        }
        Ok(all)
    }

    /// What stands behind the layer's own work.
    fn ending(&self, nodes: &mut Nodes, value: String) -> Result<String, String> {
        self.settings.without("quantization_config")?;
        self.settings.without("lora_rank")?;
        match self.settings.get("activation") {
            Some(activation) => activation::named(nodes, &value, activation),
            None => Ok(value),
        }
    }
}

/// Runs `work` on an image with its channels first.
fn image(
    nodes: &mut Nodes,
    first: bool,
    input: &Value,
    work: impl FnOnce(&mut Nodes, &str) -> Result<String, String>,
) -> Result<Value, String> {
    if input.rank != 4 {
        return Err(format!("it reads a value of {} axes; images have 4 with the batch", input.rank));
    }
    let name = if first {
        work(nodes, &input.name)?
    } else {
        let turned = nodes.first(&input.name);
        let made = work(nodes, &turned)?;
        nodes.last(&made)
    };
    Ok(Value { name, rank: 4 })
}

fn dense(nodes: &mut Nodes, layer: &mut Layer<'_>, input: &Value) -> Result<Value, String> {
    let kernel = layer.next("kernel")?;
    let units = layer.settings.whole("units")?;
    if kernel.dims.len() != 2 || units.is_some_and(|units| units != [kernel.dims[1] as i64]) {
        return Err(format!("its kernel has the shape {:?}, which does not fit its units", kernel.dims));
    }
    let bias = layer.bias()?;
    let kernel = nodes.constant(kernel);
    let mut name = nodes.add("MatMul", &[&input.name, &kernel], &[]);
    if let Some(bias) = bias {
        let bias = nodes.constant(bias);
        name = nodes.add("Add", &[&name, &bias], &[]);
    }
    let name = layer.ending(nodes, name)?;
    Ok(Value { name, rank: input.rank })
}

/// A kernel of four axes: its sizes.
fn sizes(kernel: &Tensor) -> Result<[usize; 4], String> {
    <[usize; 4]>::try_from(kernel.dims.as_slice())
        .map_err(|_| format!("its kernel has the shape {:?}; four axes are read", kernel.dims))
}

/// A kernel `[height, width, a, b]` as `[outer, inner, height, width]`, where `place(a, b)` gives outer and inner.
fn turned(kernel: &Tensor, outer: usize, inner: usize, place: impl Fn(usize, usize) -> (usize, usize)) -> Tensor {
    let [height, width, a_size, b_size] = [kernel.dims[0], kernel.dims[1], kernel.dims[2], kernel.dims[3]];
    let mut values = vec![0.0; kernel.values.len()];
    for (from, &value) in kernel.values.iter().enumerate() {
        let (b, a) = (from % b_size, from / b_size % a_size);
        let (column, row) = (from / (a_size * b_size) % width, from / (a_size * b_size * width));
        let (o, i) = place(a, b);
        values[((o * inner + i) * height + row) * width + column] = value;
    }
    Tensor { dims: vec![outer, inner, height, width], kind: kernel.kind, values: values.into() }
}

fn check_window(layer: &Layer<'_>, kernel: [usize; 4]) -> Result<(), String> {
    let size = layer.settings.pair("kernel_size")?;
    if size.is_some_and(|size| size != [kernel[0] as i64, kernel[1] as i64]) {
        return Err(format!("its kernel has the shape {kernel:?}, which does not fit its kernel_size"));
    }
    Ok(())
}

fn conv(nodes: &mut Nodes, layer: &mut Layer<'_>, input: &Value) -> Result<Value, String> {
    let kernel = layer.next("kernel")?;
    let [height, width, inputs, outputs] = sizes(&kernel)?;
    check_window(layer, [height, width, inputs, outputs])?;
    let filters = layer.settings.whole("filters")?;
    if filters.is_some_and(|filters| filters != [outputs as i64]) {
        return Err(format!("its kernel has the shape {:?}, which does not fit its filters", kernel.dims));
    }
    let groups = layer.settings.whole("groups")?.and_then(|all| all.first().copied()).unwrap_or(1);
    let bias = layer.bias()?;
    let first = layer.channels_first()?;
    let mut settings = layer.window(layer.settings.pair("strides")?.unwrap_or([1, 1]))?;
    if groups != 1 {
        settings.push(("group", Setting::Int(groups)));
    }
    let kernel = nodes.constant(turned(&kernel, outputs, inputs, |input, output| (output, input)));
    let bias = bias.map(|bias| nodes.constant(bias));
    let made = image(nodes, first, input, |nodes, image| {
        let mut inputs = vec![image, kernel.as_str()];
        inputs.extend(bias.as_deref());
        Ok(nodes.add("Conv", &inputs, &settings))
    })?;
    Ok(Value { name: layer.ending(nodes, made.name)?, rank: 4 })
}

/// A kernel `[height, width, channels, multiplier]` as that of a convolution in as many groups as channels.
fn by_channel(nodes: &mut Nodes, kernel: &Tensor) -> Result<(String, usize), String> {
    let [_, _, channels, multiplier] = sizes(kernel)?;
    let outputs = channels * multiplier;
    let turned = turned(kernel, outputs, 1, |channel, copy| (channel * multiplier + copy, 0));
    Ok((nodes.constant(turned), channels))
}

fn depthwise(nodes: &mut Nodes, layer: &mut Layer<'_>, input: &Value) -> Result<Value, String> {
    let kernel = layer.next("kernel")?;
    check_window(layer, sizes(&kernel)?)?;
    let _ = (layer.settings.get("depth_multiplier"), layer.settings.get("groups"), layer.settings.get("filters"));
    let (kernel, channels) = by_channel(nodes, &kernel)?;
    let bias = layer.bias()?.map(|bias| nodes.constant(bias));
    let first = layer.channels_first()?;
    let mut settings = layer.window(layer.settings.pair("strides")?.unwrap_or([1, 1]))?;
    settings.push(("group", Setting::Int(channels as i64)));
    let made = image(nodes, first, input, |nodes, image| {
        let mut inputs = vec![image, kernel.as_str()];
        inputs.extend(bias.as_deref());
        Ok(nodes.add("Conv", &inputs, &settings))
    })?;
    Ok(Value { name: layer.ending(nodes, made.name)?, rank: 4 })
}

fn separable(nodes: &mut Nodes, layer: &mut Layer<'_>, input: &Value) -> Result<Value, String> {
    let depth = layer.next("depthwise kernel")?;
    check_window(layer, sizes(&depth)?)?;
    let point = layer.next("pointwise kernel")?;
    let [_, _, inner, outputs] = sizes(&point)?;
    let _ = (layer.settings.get("depth_multiplier"), layer.settings.get("groups"), layer.settings.get("filters"));
    let (depth, channels) = by_channel(nodes, &depth)?;
    let point = nodes.constant(turned(&point, outputs, inner, |input, output| (output, input)));
    let bias = layer.bias()?.map(|bias| nodes.constant(bias));
    let first = layer.channels_first()?;
    let mut settings = layer.window(layer.settings.pair("strides")?.unwrap_or([1, 1]))?;
    settings.push(("group", Setting::Int(channels as i64)));
    let made = image(nodes, first, input, |nodes, image| {
        let between = nodes.add("Conv", &[image, &depth], &settings);
        let mut inputs = vec![between.as_str(), point.as_str()];
        inputs.extend(bias.as_deref());
        Ok(nodes.add("Conv", &inputs, &[]))
    })?;
    Ok(Value { name: layer.ending(nodes, made.name)?, rank: 4 })
}

fn pool(nodes: &mut Nodes, layer: &Layer<'_>, input: &Value, op: &str) -> Result<Value, String> {
    let size = layer.settings.pair("pool_size")?.unwrap_or([2, 2]);
    let mut settings = layer.window(layer.settings.pair("strides")?.unwrap_or(size))?;
    settings.push(("kernel_shape", Setting::Ints(size.to_vec())));
    image(nodes, layer.channels_first()?, input, |nodes, image| Ok(nodes.add(op, &[image], &settings)))
}

fn whole_pool(nodes: &mut Nodes, layer: &Layer<'_>, input: &Value, op: &str) -> Result<Value, String> {
    let (first, keeps) = (layer.channels_first()?, layer.settings.flag("keepdims")?.unwrap_or(false));
    if keeps {
        return image(nodes, first, input, |nodes, image| Ok(nodes.add(op, &[image], &[])));
    }
    let made = image(nodes, true, input, |nodes, image| {
        let image = if first { image.to_owned() } else { nodes.first(image) };
        let pooled = nodes.add(op, &[&image], &[]);
        Ok(nodes.add("Flatten", &[&pooled], &[("axis", Setting::Int(1))]))
    })?;
    Ok(Value { name: made.name, rank: 2 })
}

fn flatten(nodes: &mut Nodes, layer: &Layer<'_>, input: &Value) -> Result<Value, String> {
    // Keras puts channels last before it flattens.
    let name = if layer.channels_first()? && input.rank == 4 { nodes.last(&input.name) } else { input.name.clone() };
    let name = nodes.add("Flatten", &[&name], &[("axis", Setting::Int(1))]);
    Ok(Value { name, rank: 2 })
}

fn reshape(nodes: &mut Nodes, layer: &Layer<'_>, input: &Value) -> Result<Value, String> {
    let target = layer.settings.whole("target_shape")?.ok_or("it has no target_shape")?;
    if target.iter().any(|&size| size == 0 || size < -1) {
        return Err(format!("its target_shape is {target:?}"));
    }
    // 0 keeps the batch.
    let shape: Vec<f64> = std::iter::once(0).chain(target).map(|size| size as f64).collect();
    let rank = shape.len();
    let shape = nodes.constant(Tensor::list(shape));
    Ok(Value { name: nodes.add("Reshape", &[&input.name, &shape], &[]), rank })
}

fn permute(nodes: &mut Nodes, layer: &Layer<'_>, input: &Value) -> Result<Value, String> {
    // Counted from 1 behind the batch, which is axis 0.
    let dims = layer.settings.whole("dims")?.ok_or("it has no dims")?;
    let perm = std::iter::once(0).chain(dims).collect();
    Ok(Value { name: nodes.add("Transpose", &[&input.name], &[("perm", Setting::Ints(perm))]), rank: input.rank })
}

fn padding(nodes: &mut Nodes, layer: &Layer<'_>, input: &Value) -> Result<Value, String> {
    let bad = || "its padding is not [[top, bottom], [left, right]]".to_owned();
    let value = layer.settings.get("padding").ok_or_else(bad)?;
    let pair = |value: &serde_json::Value| match value {
        serde_json::Value::Array(two) => match two[..] {
            [ref from, ref to] => Some([from.as_i64()?, to.as_i64()?]),
            _ => None,
        },
        one => one.as_i64().map(|both| [both, both]),
    };
    let [rows, columns] = match value {
        serde_json::Value::Array(two) => match two[..] {
            [ref rows, ref columns] => [pair(rows).ok_or_else(bad)?, pair(columns).ok_or_else(bad)?],
            _ => return Err(bad()),
        },
        both => [pair(both).ok_or_else(bad)?; 2],
    };
    let all = [0, 0, rows[0], columns[0], 0, 0, rows[1], columns[1]];
    if all.iter().any(|&size| size < 0) {
        return Err(bad());
    }
    let pads = nodes.constant(Tensor::list(all.iter().map(|&size| size as f64).collect()));
    image(nodes, layer.channels_first()?, input, |nodes, image| Ok(nodes.add("Pad", &[image, &pads], &[])))
}

fn batch_norm(nodes: &mut Nodes, layer: &mut Layer<'_>, input: &Value) -> Result<Value, String> {
    let axis = layer.settings.whole("axis")?.unwrap_or_else(|| vec![-1]);
    let axis = match axis[..] {
        [axis] if axis < 0 => axis + input.rank as i64,
        [axis] => axis,
        _ => return Err(format!("it runs over the axes {axis:?}; one is read")),
    };
    let last = axis == input.rank as i64 - 1;
    if !last && axis != 1 {
        return Err(format!("it runs over the axis {axis}; the last and the first behind the batch are read"));
    }
    layer.settings.without("renorm")?;
    let stabilizer = layer.settings.number("epsilon")?.unwrap_or(1e-3);
    let scale = layer.settings.flag("scale")?.unwrap_or(true).then(|| layer.next("gamma")).transpose()?;
    let shift = layer.settings.flag("center")?.unwrap_or(true).then(|| layer.next("beta")).transpose()?;
    let (mean, variance) = (layer.next("moving_mean")?, layer.next("moving_variance")?);
    let filled = |value: f64| Tensor::weights(mean.dims.clone(), false, vec![value; mean.values.len()]);
    let (scale, shift) = (scale.unwrap_or_else(|| filled(1.0)), shift.unwrap_or_else(|| filled(0.0)));
    let parts = [scale, shift, mean, variance].map(|part| nodes.constant(part));
    let settings = [("epsilon", Setting::Float(stabilizer))];
    let work = |nodes: &mut Nodes, image: &str| {
        let [scale, shift, mean, variance] = &parts;
        Ok(nodes.add("BatchNormalization", &[image, scale, shift, mean, variance], &settings))
    };
    match input.rank {
        2 => Ok(Value { name: work(nodes, &input.name)?, rank: 2 }),
        _ => image(nodes, !last, input, work),
    }
}

/// Numbers along the last axis, from the settings or the layer's arrays.
fn normalization(nodes: &mut Nodes, layer: &mut Layer<'_>, input: &Value) -> Result<Value, String> {
    if layer.settings.flag("invert")?.unwrap_or(false) {
        return Err("it is turned round (invert), which is not read".into());
    }
    let axis = layer.settings.whole("axis")?.unwrap_or_default();
    if !matches!(axis[..], [] | [-1]) && axis != [input.rank as i64 - 1] {
        return Err(format!("it runs over the axes {axis:?}; the last is read"));
    }
    let part = |layer: &mut Layer<'_>, what: &'static str| match layer.settings.get(what) {
        Some(value) => {
            let mut values = Vec::new();
            numbers(value, &mut values).ok_or_else(|| format!("its {what} is no list of numbers"))?;
            Ok(values)
        }
        None => layer.next(what).map(|tensor| tensor.values.to_vec()),
    };
    let (mean, variance) = (part(layer, "mean")?, part(layer, "variance")?);
    // Adapted layers also count what they have seen.
    if layer.weights.len() == 1 && layer.weights[0].values.len() == 1 {
        layer.weights.clear();
    }
    if mean.len() != variance.len() || variance.iter().any(|&value| value < 0.0) {
        return Err("its mean and variance do not fit each other".into());
    }
    // As Keras computes it, in single precision: (x - mean) / max(sqrt(variance), 1e-7).
    let mean: Vec<f64> = mean.into_iter().map(|value| f64::from(value as f32)).collect();
    let spread: Vec<f64> = variance.into_iter().map(|value| f64::from((value as f32).sqrt().max(1e-7))).collect();
    let constant =
        |nodes: &mut Nodes, values: Vec<f64>| nodes.constant(Tensor::weights(vec![values.len()], false, values));
    let (mean, spread) = (constant(nodes, mean), constant(nodes, spread));
    let moved = nodes.add("Sub", &[&input.name, &mean], &[]);
    Ok(Value { name: nodes.add("Div", &[&moved, &spread], &[]), rank: input.rank })
}

/// All numbers of nested lists, in order.
fn numbers(value: &serde_json::Value, out: &mut Vec<f64>) -> Option<()> {
    match value {
        serde_json::Value::Array(all) => all.iter().try_for_each(|value| numbers(value, out)),
        value => {
            out.push(value.as_f64()?);
            Some(())
        }
    }
}

fn rescaling(nodes: &mut Nodes, layer: &Layer<'_>, input: &Value) -> Result<Value, String> {
    let mut part = |name: &'static str, none: f64| {
        let mut values = Vec::new();
        match layer.settings.get(name) {
            None => values.push(none),
            Some(value) => numbers(value, &mut values).ok_or_else(|| format!("its {name} is no number"))?,
        }
        let values: Vec<f64> = values.into_iter().map(|value| f64::from(value as f32)).collect();
        let dims = if values.len() == 1 { Vec::new() } else { vec![values.len()] };
        Ok::<_, String>(nodes.constant(Tensor::weights(dims, false, values)))
    };
    let (scale, offset) = (part("scale", 1.0)?, part("offset", 0.0)?);
    let scaled = nodes.add("Mul", &[&input.name, &scale], &[]);
    Ok(Value { name: nodes.add("Add", &[&scaled, &offset], &[]), rank: input.rank })
}

fn prelu(nodes: &mut Nodes, layer: &mut Layer<'_>, input: &Value) -> Result<Value, String> {
    let slopes = layer.next("alpha")?;
    let _ = layer.settings.get("shared_axes");
    if input.rank != 4 {
        let slopes = nodes.constant(slopes);
        return Ok(Value { name: nodes.add("PRelu", &[&input.name, &slopes], &[]), rank: input.rank });
    }
    // Channels first, as ONNX has them; the slopes with them.
    let turned = match slopes.dims[..] {
        [1, 1, channels] => Tensor { dims: vec![channels, 1, 1], ..slopes },
        [height, width, channels] => {
            let area = height * width;
            let values = (0..channels).flat_map(|c| (0..area).map(move |place| (c, place)));
            let values: Vec<f64> = values.map(|(c, place)| slopes.values[place * channels + c]).collect();
            Tensor { dims: vec![channels, height, width], kind: slopes.kind, values: values.into() }
        }
        _ => return Err(format!("its slopes have the shape {:?}", slopes.dims)),
    };
    let slopes = nodes.constant(turned);
    image(nodes, false, input, |nodes, image| Ok(nodes.add("PRelu", &[image, &slopes], &[])))
}
