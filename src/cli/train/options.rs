//! Options as a plan; and, where a run is resumed, what may not differ from it.

use super::arguments::{Arguments, Planned};
use crate::{
    cli::{
        common::CliError,
        input::{self, TrainingData},
        words::parse,
    },
    formats::read_text,
    train::{Architecture, Averaging, Data, Loss, Motion, Plan, Source, Trainer, Wanted},
};
use std::path::Path;

/// The architecture of a word, or of the file that it names.
fn architecture(word: &str) -> Result<Architecture, CliError> {
    let path = Path::new(word);
    let word = if path.is_file() {
        let wrong = |error| CliError::Format(path.to_owned(), error);
        read_text("architecture", &input::read(path)?).map_err(wrong)?.to_owned()
    } else {
        word.to_owned()
    };
    parse(word.trim()).map_err(CliError::Usage)
}

/// A plan from the options.
pub(super) fn plan(arguments: &Planned) -> Result<Plan, CliError> {
    let wanted = Wanted {
        architecture: arguments.arch.as_deref().map(architecture).transpose()?,
        activation: arguments.activation,
        loss: arguments.loss,
        recipe: arguments.recipe,
        epochs: arguments.epochs,
        epsilon: arguments.epsilon,
        kappa: arguments.kappa,
        batch: arguments.batch,
        learning_rate: arguments.learning_rate,
        initialization: arguments.initialization,
        noise: arguments.noise,
        seed: arguments.seed,
    };
    let mut plan = wanted.plan();
    if let Some(motion) = arguments.ramp {
        plan = plan.with_ramp(motion);
    }
    if plan.loss != Loss::Clean {
        // A clean run has neither ε nor regularisers, whatever is asked for.
        plan.epsilon_factor = arguments.epsilon_factor.unwrap_or(plan.epsilon_factor);
        plan.regularizer = arguments.regularizer.unwrap_or(plan.regularizer);
    }
    plan.weight_decay = arguments.weight_decay.unwrap_or(plan.weight_decay);
    plan.l1 = arguments.l1.unwrap_or(plan.l1);
    if let Some(epochs) = arguments.average {
        plan.averaging = (epochs != 0.0).then_some(Averaging { epochs, every: 10 });
    }
    Ok(plan)
}

/// The run of the checkpoint, if there is one, once no option says otherwise.
pub(super) fn resumed(arguments: &Arguments) -> Result<Option<Trainer>, CliError> {
    let Some(path) = &arguments.resume else { return Ok(None) };
    let trainer = Trainer::resume(&input::read(path)?)?;
    for (option, asked, has) in compared(&arguments.plan, trainer.plan())? {
        if asked != has {
            let why = format!(
                "{option} {asked}: the run of {} has {has}, and its plan counts; leave the option out, or begin a new run without --resume",
                path.display()
            );
            return Err(CliError::Usage(why));
        }
    }
    Ok(Some(trainer))
}

/// Every option of the plan that was given: its name, what was asked for, and what the run has.
fn compared(arguments: &Planned, plan: &Plan) -> Result<Vec<(&'static str, String, String)>, CliError> {
    let mut found = Vec::new();
    let mut add = |option, asked: Option<String>, has: String| {
        found.extend(asked.map(|asked| (option, asked, has)));
    };
    let asked = arguments.arch.as_deref().map(architecture).transpose()?;
    add("--arch", asked.map(|it| it.to_string()), plan.architecture.to_string());
    add("--activation", arguments.activation.map(|it| it.to_string()), plan.activation.to_string());
    add("--loss", arguments.loss.map(|it| it.to_string()), plan.loss.to_string());
    add("--recipe", arguments.recipe.map(|it| it.to_string()), plan.recipe.to_string());
    add("--epochs", arguments.epochs.map(|it| it.to_string()), plan.epochs.to_string());
    // A clean run has neither ε nor κ, whatever is asked for.
    let robust = plan.loss != Loss::Clean;
    add("--epsilon", arguments.epsilon.filter(|_| robust).map(|it| it.to_string()), plan.epsilon.to_string());
    let kappa =
        |plan: &Plan| format!("{:?}", plan.schedules.kappa.points.iter().map(|point| point.1).collect::<Vec<_>>());
    let asked = arguments.kappa.map(|[from, to]| kappa(&plan.clone().with_kappa(from, to)));
    add("--kappa", asked, kappa(plan));
    add("--batch", arguments.batch.map(|it| it.to_string()), plan.batch.to_string());
    add("--seed", arguments.seed.map(|it| it.to_string()), plan.seed.to_string());
    add("--initialization", arguments.initialization.map(|it| it.to_string()), plan.initialization.to_string());
    add("--noise", arguments.noise.map(|it| it.to_string()), plan.noise.to_string());
    let ramp = |motion| if motion == Motion::Smooth { "smooth" } else { "linear" }.to_owned();
    add("--ramp", arguments.ramp.filter(|_| robust).map(ramp), ramp(plan.schedules.epsilon.motion));
    let number = |asked: Option<f64>| asked.map(|it| it.to_string());
    add("--epsilon-factor", number(arguments.epsilon_factor.filter(|_| robust)), plan.epsilon_factor.to_string());
    add("--regularizer", number(arguments.regularizer.filter(|_| robust)), plan.regularizer.to_string());
    add("--weight-decay", number(arguments.weight_decay), plan.weight_decay.to_string());
    add("--l1", number(arguments.l1), plan.l1.to_string());
    add("--average", number(arguments.average), plan.averaging.map_or(0.0, |mean| mean.epochs).to_string());
    // Scaling the schedule may have moved the last bits.
    let rate = |rate: f64| format!("{rate:.9e}");
    let asked = arguments.learning_rate.map(rate);
    add("--learning-rate", asked, rate(plan.schedules.learning_rate.at(0.0)));
    Ok(found)
}

/// The training set: the one asked for, else the resumed run's, else the default.
pub(super) fn data(arguments: &Arguments, resumed: Option<&Trainer>) -> Result<TrainingData, CliError> {
    let source = resumed.and_then(Trainer::source);
    match (arguments.data.clone(), source) {
        (None, Some(source)) => input::training_data(&source.name).map_err(CliError::Usage),
        (None, None) => input::training_data("mnist-train").map_err(CliError::Usage),
        (Some(asked), Some(source)) if asked.to_string() != source.name => {
            Err(other(arguments, &asked.to_string(), &source.name))
        }
        (Some(asked), _) => Ok(asked),
    }
}

/// The training set's identity, once it is the resumed run's.
pub(super) fn source(
    named: &TrainingData,
    data: &Data,
    arguments: &Arguments,
    resumed: Option<&Trainer>,
) -> Result<Source, CliError> {
    let source = Source { name: named.to_string(), images: data.len(), hash: data.hash() };
    let Some(trainer) = resumed else { return Ok(source) };
    let words = |shape: &[usize], images: usize| {
        let shape: Vec<String> = shape.iter().map(usize::to_string).collect();
        format!("{images} images of {}", shape.join(" × "))
    };
    let fits = trainer.shape() == data.shape && trainer.classes() == data.classes;
    match trainer.source() {
        Some(of) if *of != source => {
            let asked = format!("{named} as it is now (SHA-256 {}, {} images)", source.hash, source.images);
            Err(other(arguments, &asked, &format!("{} (SHA-256 {}, {} images)", of.name, of.hash, of.images)))
        }
        _ if !fits || (trainer.images() > 0 && trainer.images() != data.len()) => {
            let asked = format!("{named} ({})", words(&data.shape, data.len()));
            Err(other(arguments, &asked, &words(trainer.shape(), trainer.images())))
        }
        _ => Ok(source),
    }
}

fn other(arguments: &Arguments, asked: &str, has: &str) -> CliError {
    let checkpoint = arguments.resume.as_deref().unwrap_or(Path::new("the checkpoint")).display();
    CliError::Usage(format!(
        "--data {asked}: the run of {checkpoint} is on {has}, and goes on with that alone; leave --data out, or begin a new run \
         without --resume"
    ))
}
