//! Operators that work number by number.

use super::args::{Args, broadcast, places};
use crate::formats::onnx::file::tensor::{Kind, Tensor};

/// A tensor of the same shape.
fn map(x: &Tensor, f: impl Fn(f64) -> f64) -> Tensor {
    Tensor::new(x.dims.clone(), x.kind, x.values.iter().map(|&value| f(value)).collect())
}

/// The sigmoid, in the form that does not overflow.
fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 { 1.0 / (1.0 + (-x).exp()) } else { x.exp() / (1.0 + x.exp()) }
}

/// ln(1 + e^x), in the form that does not overflow.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// Operators of one input.
pub fn unary(args: &Args<'_>) -> Result<Option<Tensor>, String> {
    if args.node.op == "Elu" {
        let scale = args.node.float("alpha")?.unwrap_or(1.0);
        return Ok(Some(map(args.need(0)?, |x| if x < 0.0 { scale * x.exp_m1() } else { x })));
    }
    let f: fn(f64) -> f64 = match args.node.op.as_str() {
        "Abs" => f64::abs,
        "Ceil" => f64::ceil,
        "Exp" => f64::exp,
        "Floor" => f64::floor,
        "Log" => f64::ln,
        "Neg" => |x| -x,
        "Not" => |x| f64::from(u8::from(x == 0.0)),
        "Reciprocal" => |x| 1.0 / x,
        "Relu" => |x| if x > 0.0 { x } else { x * 0.0 },
        "Sigmoid" => sigmoid,
        "Sqrt" => f64::sqrt,
        "Softplus" => softplus,
        "Tanh" => f64::tanh,
        _ => return Ok(None),
    };
    Ok(Some(map(args.need(0)?, f)))
}

/// Two numbers of a broadcast pair, and the kind of the result.
type Pair = (fn(f64, f64) -> f64, Option<Kind>);

fn whole_division(a: f64, b: f64) -> f64 {
    (a / b).trunc()
}

/// A remainder with the sign of the divisor.
fn remainder(a: f64, b: f64) -> f64 {
    a - (a / b).floor() * b
}

fn truth(value: bool) -> f64 {
    f64::from(u8::from(value))
}

fn pair(args: &Args<'_>) -> Result<Option<Pair>, String> {
    let whole = args.maybe(0).is_some_and(|x| x.kind == Kind::Whole);
    let zero = || whole && args.maybe(1).is_some_and(|by| by.values.contains(&0.0));
    let pair: Pair = match args.node.op.as_str() {
        "Add" | "Sum" => (|a, b| a + b, None),
        "Sub" => (|a, b| a - b, None),
        "Mul" => (|a, b| a * b, None),
        "Div" | "Mod" if zero() => return Err("it divides a whole number by 0".into()),
        "Div" if whole => (whole_division, None),
        "Div" => (|a, b| a / b, None),
        "Mod" if args.node.flag("fmod")? => (|a, b| a % b, None),
        "Mod" => (remainder, None),
        "Pow" => (f64::powf, None),
        "Max" => (|a, b| if a > b || a.is_nan() { a } else { b }, None),
        "Min" => (|a, b| if a < b || a.is_nan() { a } else { b }, None),
        "PRelu" => (|a, b| if a < 0.0 { a * b } else { a }, None),
        "And" => (|a, b| truth(a != 0.0 && b != 0.0), Some(Kind::Truth)),
        "Or" => (|a, b| truth(a != 0.0 || b != 0.0), Some(Kind::Truth)),
        "Equal" => (|a, b| truth(a == b), Some(Kind::Truth)),
        "Greater" => (|a, b| truth(a > b), Some(Kind::Truth)),
        "GreaterOrEqual" => (|a, b| truth(a >= b), Some(Kind::Truth)),
        "Less" => (|a, b| truth(a < b), Some(Kind::Truth)),
        "LessOrEqual" => (|a, b| truth(a <= b), Some(Kind::Truth)),
        _ => return Ok(None),
    };
    Ok(Some(pair))
}

/// Operators of two inputs, or of any number in a chain.
pub fn binary(args: &Args<'_>) -> Result<Option<Tensor>, String> {
    let Some((f, kind)) = pair(args)? else { return Ok(None) };
    let mut result = args.need(0)?.clone();
    for place in 1..args.inputs.len() {
        result = zip(args, &result, args.need(place)?, f, kind)?;
    }
    Ok(Some(result))
}

fn zip(
    args: &Args<'_>,
    a: &Tensor,
    b: &Tensor,
    f: impl Fn(f64, f64) -> f64,
    kind: Option<Kind>,
) -> Result<Tensor, String> {
    let dims = broadcast(&a.dims, &b.dims)?;
    args.room(&dims)?;
    let kind = kind.unwrap_or(a.kind);
    if a.dims == b.dims {
        let values = a.values.iter().zip(b.values.iter()).map(|(&a, &b)| f(a, b)).collect();
        return Ok(Tensor::new(dims, kind, values));
    }
    let (at, bt) = (places(&a.dims, &dims), places(&b.dims, &dims));
    let values = at.iter().zip(&bt).map(|(&i, &j)| f(a.values[i], b.values[j])).collect();
    Ok(Tensor::new(dims, kind, values))
}

/// The rest: those with settings, and those of three inputs.
pub fn others(args: &Args<'_>) -> Result<Option<Tensor>, String> {
    let node = args.node;
    Ok(Some(match node.op.as_str() {
        "Identity" | "ZipMap" => args.need(0)?.clone(),
        "Dropout" => {
            if args.maybe(2).and_then(Tensor::scalar).is_some_and(|training| training != 0.0) {
                return Err("it is in training mode; export the network for inference".into());
            }
            args.need(0)?.clone()
        }
        "LeakyRelu" => {
            let slope = node.float("alpha")?.unwrap_or(f64::from(0.01f32));
            map(args.need(0)?, |x| if x < 0.0 { x * slope } else { x })
        }
        "Clip" => {
            let [low, high] = clip(args)?;
            map(args.need(0)?, |x| {
                let x = if x < low { low } else { x };
                if x > high { high } else { x }
            })
        }
        "Cast" => {
            let code = node.int("to")?.and_then(|code| i32::try_from(code).ok());
            let kind = code.and_then(Kind::of).ok_or("it casts to a type that is not read")?;
            cast(args.need(0)?, kind)
        }
        "CastLike" => cast(args.need(0)?, args.need(1)?.kind),
        "Mean" => {
            let mut sum = args.need(0)?.clone();
            for place in 1..args.inputs.len() {
                sum = zip(args, &sum, args.need(place)?, |a, b| a + b, None)?;
            }
            let count = args.inputs.len() as f64;
            map(&sum, |x| x / count)
        }
        "Where" => {
            let (condition, x, y) = (args.need(0)?, args.need(1)?, args.need(2)?);
            let dims = broadcast(&broadcast(&condition.dims, &x.dims)?, &y.dims)?;
            args.room(&dims)?;
            let [c, i, j] = [condition, x, y].map(|tensor| places(&tensor.dims, &dims));
            let choose = |at: usize| if condition.values[c[at]] != 0.0 { x.values[i[at]] } else { y.values[j[at]] };
            Tensor::new(dims, x.kind, (0..c.len()).map(choose).collect())
        }
        "Scaler" => {
            let x = args.need(0)?;
            let number = |name: &str| node.floats(name).map(|list| list.unwrap_or_default().to_vec());
            let (offset, scale) = (number("offset")?, number("scale")?);
            let width = x.dims.last().copied().unwrap_or(1);
            let fits = |list: &[f64]| list.len() == 1 || list.len() == width;
            if !fits(&offset) || !fits(&scale) {
                return Err(format!("it has {} offsets and {} scales for {width} columns", offset.len(), scale.len()));
            }
            let pick = |list: &[f64], column: usize| if list.len() == 1 { list[0] } else { list[column] };
            let value = |(at, &x): (usize, &f64)| (x - pick(&offset, at % width)) * pick(&scale, at % width);
            Tensor::new(x.dims.clone(), Kind::Single, x.values.iter().enumerate().map(value).collect())
        }
        "DequantizeLinear" => {
            let (x, scale) = (args.need(0)?, args.need(1)?);
            let axis = super::args::axis(node.int("axis")?.unwrap_or(1), x.dims.len().max(1)).unwrap_or(0);
            let inner: usize = x.dims.iter().skip(axis + 1).product();
            let along = x.dims.get(axis).copied().unwrap_or(1);
            let zero = args.maybe(2);
            let fits = |list: &Tensor| list.values.len() == 1 || list.values.len() == along;
            if !fits(scale) || zero.is_some_and(|zero| !fits(zero)) {
                return Err("its scales do not fit the axis that they belong to".into());
            }
            let pick = |list: &Tensor, at: usize| if list.values.len() == 1 { list.values[0] } else { list.values[at] };
            let value = |(at, &x): (usize, &f64)| {
                let place = at / inner.max(1) % along.max(1);
                (x - zero.map_or(0.0, |zero| pick(zero, place))) * pick(scale, place)
            };
            Tensor::new(x.dims.clone(), scale.kind, x.values.iter().enumerate().map(value).collect())
        }
        _ => return Ok(None),
    }))
}

/// The two ends of a Clip, of inputs or of settings.
///
/// # Errors
/// Ends that are no single numbers.
pub fn clip(args: &Args<'_>) -> Result<[f64; 2], String> {
    let end = |place: usize, setting: &str, none: f64| match args.maybe(place) {
        Some(tensor) => tensor.scalar().ok_or_else(|| format!("its {setting} is no single number")),
        None => Ok(args.node.float(setting)?.unwrap_or(none)),
    };
    Ok([end(1, "min", f64::NEG_INFINITY)?, end(2, "max", f64::INFINITY)?])
}

/// Numbers as another kind. Whole numbers lose their fraction; single precision and less keep theirs, as f64.
pub fn cast(x: &Tensor, kind: Kind) -> Tensor {
    let mut cast = match kind {
        Kind::Whole => map(x, f64::trunc),
        Kind::Truth => map(x, |x| truth(x != 0.0)),
        _ => x.clone(),
    };
    cast.kind = kind;
    cast
}
