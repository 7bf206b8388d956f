//! Formulas as people type them, as MathML: what stands between two `$` in a lesson.
//!
//! Letters in a row are one name, digits one number; `_` and `^` put the next piece below or above; `a // b` is a fraction, around which
//! parentheses fall away; everything else is an operator, and `-` a minus sign. `{name}` is a number that is filled in later.

/// MathML of a formula, or why it is none.
pub fn mathml(formula: &str) -> Result<String, String> {
    let mut reader = Reader { rest: formula.trim() };
    let row = reader.row(None)?;
    let parts: Vec<String> =
        lines(&row).iter().map(|part| format!("<math><mrow>{}</mrow></math>", part.concat())).collect();
    Ok(parts.join(" "))
}

/// From how many pieces on a formula may be broken into lines, and how many stand on a line before a sum is broken.
const LONG: usize = 9;
const LINE: usize = 6;

/// Browsers do not break formulas: a long one is several, each from a relation or, in a long sum, from a sign on.
fn lines(row: &[String]) -> Vec<Vec<String>> {
    let mut lines = vec![Vec::new()];
    for piece in row {
        let sign = piece.strip_prefix("<mo>").and_then(|rest| rest.strip_suffix("</mo>")).unwrap_or_default();
        let so_far = lines.last().map_or(0, Vec::len);
        let relation = ["=", "≤", "≥", "&lt;", "&gt;"].contains(&sign) && so_far > 1;
        let term = ["+", "−"].contains(&sign) && so_far >= LINE;
        if row.len() > LONG && (relation || term) {
            lines.push(vec![format!("<mo form=\"infix\">{sign}</mo>")]);
        } else if let Some(line) = lines.last_mut() {
            line.push(piece.clone());
        }
    }
    lines
}

struct Reader<'a> {
    rest: &'a str,
}

/// A piece, and what is inside where it is in parentheses.
struct Piece {
    whole: String,
    inside: Option<String>,
}

impl Reader<'_> {
    /// Pieces up to a closing parenthesis, or to the end.
    fn row(&mut self, closing: Option<char>) -> Result<Vec<String>, String> {
        let mut row: Vec<String> = Vec::new();
        // A numerator that waits for what it is divided by.
        let mut above: Option<String> = None;
        loop {
            self.rest = self.rest.trim_start();
            let Some(next) = self.rest.chars().next() else {
                return match (closing, above) {
                    (Some(closing), _) => Err(format!("a `{closing}` is missing")),
                    (_, Some(_)) => Err("nothing stands behind `//`".into()),
                    _ => Ok(row),
                };
            };
            if Some(next) == closing {
                self.take(next.len_utf8());
                return if above.is_some() { Err("nothing stands behind `//`".into()) } else { Ok(row) };
            }
            if self.rest.starts_with("//") {
                self.take(2);
                above = Some(row.pop().ok_or("nothing stands before `//`")?);
                continue;
            }
            let piece = self.scripted()?;
            match above.take() {
                Some(numerator) => {
                    let denominator = piece.inside.unwrap_or(piece.whole);
                    row.push(format!("<mfrac><mrow>{}</mrow><mrow>{denominator}</mrow></mfrac>", bare(&numerator)));
                }
                None => row.push(piece.whole),
            }
        }
    }

    /// A piece with what is below and above it.
    fn scripted(&mut self) -> Result<Piece, String> {
        let base = self.piece()?;
        let (mut under, mut over) = (None, None);
        loop {
            let place = match self.rest.chars().next() {
                Some('_') if under.is_none() => &mut under,
                Some('^') if over.is_none() => &mut over,
                Some('_' | '^') => return Err("two pieces in one place above or below".into()),
                _ => break,
            };
            self.rest = &self.rest[1..];
            let script = self.piece()?;
            *place = Some(script.inside.unwrap_or(script.whole));
        }
        let whole = match (under, over) {
            (None, None) => return Ok(base),
            (Some(under), None) => format!("<msub>{}<mrow>{under}</mrow></msub>", base.whole),
            (None, Some(over)) => format!("<msup>{}<mrow>{over}</mrow></msup>", base.whole),
            (Some(under), Some(over)) => {
                format!("<msubsup>{}<mrow>{under}</mrow><mrow>{over}</mrow></msubsup>", base.whole)
            }
        };
        Ok(Piece { whole, inside: None })
    }

    fn piece(&mut self) -> Result<Piece, String> {
        let Some(first) = self.rest.chars().next() else { return Err("something is missing at the end".into()) };
        let run = |holds: fn(char) -> bool| self.rest.find(|c: char| !holds(c)).unwrap_or(self.rest.len());
        let whole = if first.is_alphabetic() {
            let name = self.take(run(char::is_alphabetic));
            format!("<mi>{name}</mi>")
        } else if first.is_ascii_digit() {
            let number = self.take(run(|c| c.is_ascii_digit() || c == '.'));
            format!("<mn>{number}</mn>")
        } else if first == '{' {
            let end = self.rest.find('}').ok_or("a `}` is missing")?;
            let mark = self.take(end + 1);
            // Two braces: a number inside a formula.
            format!("{{{mark}}}")
        } else if let Some(closing) =
            [('(', ')'), ('[', ']')].iter().find(|(open, _)| *open == first).map(|pair| pair.1)
        {
            self.take(1);
            let inside = self.row(Some(closing))?.concat();
            let whole = format!("<mrow><mo>{first}</mo>{inside}<mo>{closing}</mo></mrow>");
            return Ok(Piece { whole, inside: (first == '(').then_some(inside) });
        } else if [')', ']', '}', '_', '^'].contains(&first) {
            return Err(format!("a `{first}` stands where nothing was opened"));
        } else {
            let entity = ["&lt;", "&gt;", "&amp;"].into_iter().find(|entity| self.rest.starts_with(entity));
            let sign = self.take(entity.map_or(first.len_utf8(), str::len));
            let sign = match sign.as_str() {
                "-" => "−",
                "<" => "&lt;",
                ">" => "&gt;",
                "&" => "&amp;",
                "*" => "·",
                sign => sign,
            };
            format!("<mo>{sign}</mo>")
        };
        Ok(Piece { whole, inside: None })
    }

    fn take(&mut self, length: usize) -> String {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken.to_owned()
    }
}

/// A numerator without the parentheses around all of it.
fn bare(numerator: &str) -> &str {
    let inside = numerator.strip_prefix("<mrow><mo>(</mo>").and_then(|rest| rest.strip_suffix("<mo>)</mo></mrow>"));
    inside.unwrap_or(numerator)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inside(formula: &str) -> String {
        let math = mathml(formula).expect("a formula");
        math.trim_start_matches("<math><mrow>").trim_end_matches("</mrow></math>").to_owned()
    }

    #[test]
    fn what_people_type_becomes_mathml() {
        for (typed, math) in [
            ("x - 2", "<mi>x</mi><mo>−</mo><mn>2</mn>"),
            ("z_1", "<msub><mi>z</mi><mrow><mn>1</mn></mrow></msub>"),
            ("W^+", "<msup><mi>W</mi><mrow><mo>+</mo></mrow></msup>"),
            (
                "l_i^(k-1)",
                "<msubsup><mi>l</mi><mrow><mi>i</mi></mrow><mrow><mi>k</mi><mo>−</mo><mn>1</mn></mrow></msubsup>",
            ),
            ("a < {n.m}", "<mi>a</mi><mo>&lt;</mo>{{n.m}}"),
            ("u // (u - l)", "<mfrac><mrow><mi>u</mi></mrow><mrow><mi>u</mi><mo>−</mo><mi>l</mi></mrow></mfrac>"),
            ("(a + b) // 2", "<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mrow><mn>2</mn></mrow></mfrac>"),
            ("max(z, 0)", "<mi>max</mi><mrow><mo>(</mo><mi>z</mi><mo>,</mo><mn>0</mn><mo>)</mo></mrow>"),
        ] {
            assert_eq!(inside(typed), math, "{typed}");
        }
    }

    #[test]
    fn a_long_formula_can_be_broken_and_a_short_one_cannot() {
        let count = |typed: &str| mathml(typed).expect("a formula").matches("<math>").count();
        assert_eq!((count("y = a + b"), count("y = a + b + c + d + e = f")), (1, 3));
        assert!(mathml("y = a + b + c + d + e").expect("a formula").contains("<math><mrow><mo form=\"infix\">+"));
    }

    #[test]
    fn what_is_no_formula_is_refused() {
        for typed in ["(x", "x)", "// 2", "x //", "z_", "z_1_2", "{n.m"] {
            assert!(mathml(typed).is_err(), "{typed}");
        }
    }
}
