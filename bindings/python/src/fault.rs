//! What goes wrong, as the exceptions of `boundscope._errors`.

use boundscope::{
    bounds::BoundsError,
    formats::FormatError,
    import::{CheckError, OpenError},
    pulse::Cancelled,
};
use pyo3::{prelude::*, types::PyString};

/// Why there is no answer.
#[derive(Debug)]
pub enum Fault {
    /// A model that cannot be had.
    Model(String),
    /// A question that cannot be answered.
    Question(String),
    /// A file, which is no model, that cannot be written.
    File(String),
    /// It was to end.
    Stopped,
    /// A defect of the engine's.
    Defect(String),
}

impl Fault {
    /// The exception. What was stopped has one already.
    pub fn raise(self, py: Python<'_>) -> PyErr {
        let (name, words) = match self {
            Fault::Model(words) => ("ModelError", words),
            Fault::Question(words) => ("QuestionError", words),
            Fault::File(words) => ("FileError", words),
            Fault::Stopped => ("Error", "stopped".into()),
            Fault::Defect(words) => (
                "Error",
                format!("the engine failed, which is a defect: please report what was asked, and this: {words}"),
            ),
        };
        let raised = py
            .import("boundscope._errors")
            .and_then(|errors| errors.getattr(name))
            .and_then(|class| class.call1((PyString::new(py, &words),)));
        raised.map_or_else(|error| error, PyErr::from_value)
    }
}

impl From<BoundsError> for Fault {
    fn from(error: BoundsError) -> Self {
        match error {
            BoundsError::Cancelled => Fault::Stopped,
            BoundsError::ClipNorm(_) => Fault::Question(format!("{error} (clip=None)")),
            error => Fault::Question(error.to_string()),
        }
    }
}

impl From<Cancelled> for Fault {
    fn from(_: Cancelled) -> Self {
        Fault::Stopped
    }
}

impl From<OpenError> for Fault {
    fn from(error: OpenError) -> Self {
        Fault::Model(error.to_string())
    }
}

impl From<FormatError> for Fault {
    fn from(error: FormatError) -> Self {
        Fault::Model(error.to_string())
    }
}

impl From<CheckError> for Fault {
    fn from(error: CheckError) -> Self {
        match error {
            CheckError::Bounds(BoundsError::Cancelled) => Fault::Stopped,
            error => Fault::Model(error.to_string()),
        }
    }
}
