//! Drawings whose elements stay: only the attributes and words that changed are written. What comes and goes between is put in and taken out;
//! a drawing that has little in common with the one before is written as markup at once.

use crate::charts::{
    align::{align, parts},
    marks::{Mark, markup},
};
use wasm_bindgen::JsCast;
use web_sys::Element;

/// The elements of one drawing inside a group.
#[derive(Default)]
pub struct Retained {
    marks: Vec<Mark>,
    /// In document order, as the marks are; found when they are first needed.
    elements: Vec<Element>,
}

impl Retained {
    /// Brings the group to show these marks.
    pub fn show(&mut self, group: &Element, marks: Vec<Mark>) {
        let same = self.marks.len() == marks.len() && self.marks.iter().zip(&marks).all(|(old, new)| old.alike(new));
        let aligned = if same || self.marks.is_empty() { None } else { align(&self.marks, &marks) };
        let kept = aligned.as_ref().map_or(0, |aligned| aligned.iter().flatten().count());
        if !same && kept == 0 {
            group.set_inner_html(&markup(&marks));
            self.elements.clear();
            self.marks = marks;
            return;
        }
        if self.elements.is_empty() {
            self.elements = inside(group);
        }
        if self.elements.len() != self.marks.len() {
            // Somebody else has written here.
            group.set_inner_html(&markup(&marks));
            self.elements = Vec::new();
        } else if same {
            for ((old, new), element) in self.marks.iter().zip(&marks).zip(&self.elements) {
                write(old, new, element);
            }
        } else if let Some(aligned) = aligned {
            self.elements = self.change(group, &marks, &aligned);
        }
        self.marks = marks;
    }

    /// Writes what stays, puts in what is new before it, and takes out what is left. Answers with the new drawing's elements.
    fn change(&self, group: &Element, marks: &[Mark], aligned: &[Option<usize>]) -> Vec<Element> {
        let (old_parts, new_parts) = (parts(&self.marks), parts(marks));
        let mut elements = Vec::with_capacity(marks.len());
        let (mut next, mut place) = (0, 0);
        while place < new_parts.len() {
            if let Some(from) = aligned[place] {
                old_parts[next..from].iter().for_each(|gone| self.elements[gone.start].remove());
                for (old, new) in old_parts[from].clone().zip(new_parts[place].clone()) {
                    write(&self.marks[old], &marks[new], &self.elements[old]);
                    elements.push(self.elements[old].clone());
                }
                next = from + 1;
                place += 1;
                continue;
            }
            // Neighbours that are new come as one piece of markup: reading one costs as much as writing a hundred attributes.
            let end = (place..new_parts.len()).find(|&later| aligned[later].is_some()).unwrap_or(new_parts.len());
            let new = markup(&marks[new_parts[place].start..new_parts[end - 1].end]);
            let anchor = old_parts.get(next).map(|old| &self.elements[old.start]);
            let mut made = match anchor {
                Some(anchor) => {
                    let _ = anchor.insert_adjacent_html("beforebegin", &new);
                    anchor.previous_element_sibling()
                }
                None => {
                    let _ = group.insert_adjacent_html("beforeend", &new);
                    group.last_element_child()
                }
            };
            let first = elements.len();
            for _ in place..end {
                let Some(element) = made else { break };
                made = element.previous_element_sibling();
                let within = inside(&element);
                elements.splice(first..first, [element].into_iter().chain(within));
            }
            place = end;
        }
        old_parts[next..].iter().for_each(|gone| self.elements[gone.start].remove());
        elements
    }
}

fn inside(element: &Element) -> Vec<Element> {
    let Ok(list) = element.query_selector_all("*") else { return Vec::new() };
    (0..list.length()).filter_map(|place| list.item(place)?.dyn_into().ok()).collect()
}

/// Writes what is new of a mark to its element.
fn write(old: &Mark, new: &Mark, element: &Element) {
    if old == new {
        return;
    }
    for (name, _) in old.attributes.iter().filter(|(name, _)| new.attributes.iter().all(|(n, _)| n != name)) {
        let _ = element.remove_attribute(name);
    }
    for (name, value) in &new.attributes {
        if !old.attributes.iter().any(|(n, v)| n == name && v == value) {
            let _ = element.set_attribute(name, value);
        }
    }
    if old.words != new.words {
        element.set_text_content(Some(&new.words));
    }
}
