//! Margin ladder: for each rival the lower bounds of z_y − z_i by every method, down from the image's own margin, and the margin
//! that PGD reached: the truth lies between.

use crate::{
    app::{
        explore::{facts::rivals, words},
        model::picture::Picture,
        text::page as text,
    },
    charts::{
        colours::class,
        marks::{Marks, Path},
        numbers,
        panel::{Drawing, Table, axis_below, fold},
        scales::{Scale, Spread},
    },
    engine::BoundsAnswer,
    sorting::sort_few,
};

const LANE: f64 = 4.0;
const LEFT: f64 = 46.0;

/// Rivals from the closest call to the safest, by the best bound known.
fn order(picture: &Picture) -> Vec<(usize, u32)> {
    let count = picture.answers().map(|a| a.margins.len()).max().unwrap_or(0);
    let mut rows: Vec<(usize, u32)> = rivals(picture.question.label, count).enumerate().collect();
    let key = |place: usize| match &picture.inference {
        Some(inference) => f64::from(inference.margins.get(place).copied().unwrap_or(f32::NAN)),
        None => best(picture, place),
    };
    sort_few(&mut rows, |a, b| key(a.0).total_cmp(&key(b.0)));
    rows
}

fn margin(answer: &BoundsAnswer, place: usize) -> f64 {
    answer.margins.get(place).map_or(f64::NAN, |&m| f64::from(m))
}

fn best(picture: &Picture, place: usize) -> f64 {
    fold(picture.answers().map(|answer| margin(answer, place)), f64::NEG_INFINITY, f64::max)
}

/// The margin that PGD reached.
fn attacked(picture: &Picture, place: usize) -> Option<f64> {
    picture.attacked.as_ref().and_then(|attack| attack.margins.get(place)).map(|&margin| f64::from(margin))
}

/// The plot.
pub fn draw(picture: &Picture, width: f64) -> Drawing {
    let mut marks = Marks::new();
    let rows = order(picture);
    let lanes = picture.methods.len().max(1) as f64;
    let step = (lanes * LANE + 8.0).max(18.0);
    let bottom = 4.0 + step * rows.len() as f64;
    let all = || picture.answers().flat_map(|a| a.margins.iter().map(|&m| f64::from(m)));
    let clean = || picture.inference.iter().flat_map(|i| i.margins.iter().map(|&m| f64::from(m)));
    let reached = || rows.iter().filter_map(|&(place, _)| attacked(picture, place));
    let low = fold(all().chain(clean()).chain(reached()), 0.0, f64::min);
    let high = fold(all().chain(clean()), 0.0, f64::max).max(1e-6);
    // The image's own margins say where the axis turns logarithmic: so it keeps its kind while ε moves.
    let knee = fold(clean(), 0.0, f64::max).max(0.4) / 4.0;
    let room = (high - low) * 0.02;
    let scale =
        Scale::new(Spread::Symlog(knee), if low < 0.0 { low - room } else { 0.0 }, high + room, LEFT, width - 8.0);
    axis_below(&mut marks, &scale, 6, 4.0, bottom);
    // One outline for each kind of mark, whatever the number of rivals: a move of ε writes a dozen attributes.
    let tops = || rows.iter().enumerate().map(|(row, &(place, _))| (4.0 + step * row as f64, place));
    let mut proved = Path::new();
    for ((top, place), &(_, rival)) in tops().zip(&rows) {
        let best = best(picture, place);
        proved.rect(scale.at(0.0), top + 2.0, scale.at(best) - scale.at(0.0), step - 4.0);
        marks.text("t end", LEFT - 8.0, top + step / 2.0 + 4.0, &format!("{} − {rival}", picture.question.label));
    }
    marks.outline("proved", proved);
    let own = |place: usize| picture.inference.as_ref().and_then(|i| i.margins.get(place)).map(|&m| f64::from(m));
    for (lane, &method) in picture.methods.iter().enumerate() {
        let (mut lanes, mut ends) = (Path::new(), Path::new());
        for (top, place) in tops() {
            let Some(value) = picture.by(method).map(|answer| margin(answer, place)).filter(|value| !value.is_nan())
            else {
                continue;
            };
            let (x, y) = (scale.at(value), top + 4.0 + LANE * (lane as f64 + 0.5));
            if let Some(clean) = own(place) {
                lanes.run(x, scale.at(clean), y);
            }
            ends.bar(x, y - LANE / 2.0, y + LANE / 2.0);
        }
        marks.open(class(method));
        marks.outline("lane", lanes);
        marks.outline("mark", ends);
        marks.close();
    }
    let (mut sampled, mut cleans, mut reached) = (Path::new(), Path::new(), Path::new());
    for (top, place) in tops() {
        let middle = top + step / 2.0;
        if let Some(&seen) = picture.sampled.as_ref().and_then(|s| s.margins.get(place)) {
            sampled.bar(scale.at(f64::from(seen)), top + 3.0, top + step - 3.0);
        }
        if let Some(clean) = own(place) {
            cleans.dot(scale.at(clean), middle, 3.2);
        }
        if let Some(margin) = attacked(picture, place).filter(|margin| !margin.is_nan()) {
            reached.dot(scale.at(margin), middle, 4.0);
        }
    }
    marks.outline("sampled", sampled);
    marks.outline("clean", cleans);
    marks.outline("attacked", reached);
    marks.line("zero", scale.at(0.0), 0.0, scale.at(0.0), bottom + 3.0);
    Drawing { marks: marks.finish(), height: bottom + 20.0 }
}

/// The plot in a sentence.
pub fn summary(picture: &Picture) -> String {
    let rows = order(picture);
    let proved = rows.iter().filter(|(place, _)| best(picture, *place) > 0.0).count();
    let closest = rows.iter().min_by(|a, b| best(picture, a.0).total_cmp(&best(picture, b.0)));
    words::margins_summary(picture, proved, rows.len(), closest.map(|&(place, rival)| (rival, best(picture, place))))
}

/// The plot in numbers.
pub fn table(picture: &Picture) -> Table {
    let mut head = vec![text::RIVAL.to_string(), text::CLEAN_MARGIN.to_string()];
    if picture.sampled.is_some() {
        head.push(text::SMALLEST_SAMPLED.to_string());
    }
    if picture.attacked.is_some() {
        head.push(text::SMALLEST_ATTACKED.to_string());
    }
    head.extend(picture.answers().map(|answer| answer.method.label()));
    let rows = order(picture)
        .into_iter()
        .map(|(place, rival)| {
            let clean = picture.inference.as_ref().map_or(f64::NAN, |i| f64::from(i.margins[place]));
            let mut row = vec![format!("{} − {rival}", picture.question.label), numbers::signed(clean)];
            if let Some(sampled) = &picture.sampled {
                row.push(numbers::signed(f64::from(sampled.margins[place])));
            }
            if picture.attacked.is_some() {
                row.push(numbers::signed(attacked(picture, place).unwrap_or(f64::NAN)));
            }
            row.extend(picture.answers().map(|answer| numbers::margin(margin(answer, place))));
            row
        })
        .collect();
    Table { caption: words::margins_caption(picture), head, rows }
}
