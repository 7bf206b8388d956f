//! What the card shows, as a link has it: `auto;crown`, `3;crown-ibp`.

use crate::bounds::Method;

/// The methods whose last walk ends at the pixels, tightest first.
pub const METHODS: [Method; 3] = [Method::Crown, Method::CrownLbp, Method::CrownIbp];
/// A rival that is chosen by what is on screen.
const CLOSEST: &str = "auto";

/// What the card shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Code {
    /// The class that the question's is compared with; the closest one if `None`.
    pub rival: Option<u32>,
    /// Whose bound it is.
    pub method: Method,
}

impl Default for Code {
    fn default() -> Self {
        Code { rival: None, method: METHODS[0] }
    }
}

impl Code {
    /// As a link has it.
    pub fn written(&self) -> String {
        let rival = self.rival.map_or_else(|| CLOSEST.to_string(), |rival| rival.to_string());
        format!("{rival};{}", self.method)
    }

    /// Reads what a link has; what is not understood is named, and its default stands.
    pub fn read(text: &str) -> (Code, Option<String>) {
        let mut code = Code::default();
        let (rival, method) = text.split_once(';').unwrap_or((text, ""));
        let mut wrong = None;
        match rival.parse::<u32>() {
            Ok(class) if class < 10 && rival.len() == 1 => code.rival = Some(class),
            _ if rival == CLOSEST || rival.is_empty() => {}
            _ => wrong = Some(rival.chars().take(20).collect()),
        }
        match METHODS.into_iter().find(|known| known.to_string() == method) {
            Some(method) => code.method = method,
            None if method.is_empty() => {}
            None => wrong = Some(method.chars().take(20).collect()),
        }
        (code, wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_survives_the_link() {
        for rival in (0..10).map(Some).chain([None]) {
            for method in METHODS {
                let code = Code { rival, method };
                assert_eq!(Code::read(&code.written()), (code, None));
            }
        }
    }

    #[test]
    fn what_is_not_understood_is_named_and_its_default_stands() {
        for (text, wrong) in
            [("12;crown", "12"), ("x", "x"), ("+1;crown", "+1"), ("auto;ibp", "ibp"), ("3;crown;", "crown;")]
        {
            let (code, told) = Code::read(text);
            assert_eq!(told.as_deref(), Some(wrong), "{text}");
            assert_eq!(code.method, Method::Crown);
        }
        assert_eq!(Code::read("").0, Code::default());
    }
}
