//! VNN-LIB files: what is read of them, what is refused and how it is told.
#![cfg(feature = "readers")]

use boundscope::{
    formats::{
        gzip,
        vnnlib::{in_words, read_query},
    },
    network::{Query, Row},
};

/// Two inputs, two outputs, version 1.
const FRONT: &str = "; a comment\n(declare-const X_0 Real)\n(declare-const X_1 Real)\n(declare-const Y_0 Real)\n(declare-const Y_1 Real)\n";
const BOX: &str = "(assert (<= X_0 0.5)) (assert (>= X_0 -0.5))\n(assert (and (<= X_1 1) (>= X_1 0.1)))\n";

fn read(text: &str) -> Query {
    read_query(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn with(conditions: &str) -> Query {
    read(&format!("{FRONT}{BOX}{conditions}"))
}

fn refused(text: &str) -> String {
    match read_query(text.as_bytes()) {
        Ok(query) => panic!("{text} is read as {query:?}"),
        Err(error) => error.to_string(),
    }
}

fn row(weights: &[(usize, f64)], limit: f64) -> Row {
    Row { weights: weights.to_vec(), limit, surely: limit, strict: false }
}

#[test]
fn a_box_and_a_conjunction_are_read() {
    let query = with("(assert (<= Y_0 Y_1)) (assert (>= Y_0 -1.5))");
    assert_eq!((query.inputs, query.outputs, query.parts.len()), (2, 2, 1));
    let part = &query.parts[0];
    assert_eq!((part.lower[0], part.upper[0], part.upper[1]), (-0.5, 0.5, 1.0));
    // 0.1 is no f64: the box holds the decimal, the points lie within it.
    assert_eq!(part.lower[1], 0.1f64.next_down());
    assert!(f64::from(part.points[0][1]) >= 0.1 && f64::from(part.points[0][1].next_down()) < 0.1);
    assert_eq!(part.clauses, [[row(&[(0, 1.0), (1, -1.0)], 0.0), row(&[(0, -1.0)], 1.5)]]);
    assert_eq!(
        in_words(&query),
        [
            "Is there an input with X_0 in [-0.5, 0.5] and X_1 in [0.09999999999999999, 1] for which Y_0 ≤ Y_1 and Y_0 ≥ -1.5?"
        ]
    );
}

#[test]
fn alternatives_are_multiplied_out_and_keep_their_box() {
    let query = with("(assert (or (and (<= Y_0 1) (<= Y_1 2)) (>= Y_1 3)))\n(assert (or (<= Y_0 4) (<= Y_0 5)))");
    let limits: Vec<Vec<f64>> =
        query.parts[0].clauses.iter().map(|clause| clause.iter().map(|row| row.limit).collect()).collect();
    assert_eq!(limits, [vec![1.0, 2.0, 4.0], vec![1.0, 2.0, 5.0], vec![-3.0, 4.0], vec![-3.0, 5.0]]);
    assert_eq!(query.parts.len(), 1);
}

#[test]
fn alternatives_of_boxes_become_parts() {
    let query = read(&format!(
        "{FRONT}(assert (or (and (<= X_0 1) (>= X_0 0) (<= X_1 1) (>= X_1 0) (<= Y_0 0))
                            (and (<= X_0 3) (>= X_0 2) (<= X_1 1) (>= X_1 0) (>= Y_0 7))
                            (and (<= X_0 3) (>= X_0 4) (<= X_1 1) (>= X_1 0))))"
    ));
    // The third is empty.
    assert_eq!(query.parts.len(), 2);
    assert_eq!((query.parts[0].upper[0], query.parts[1].lower[0]), (1.0, 2.0));
    assert_eq!(query.parts[1].clauses, [[row(&[(0, -1.0)], -7.0)]]);
    let within = with("(assert (or (and (<= X_0 0) (<= Y_0 0)) (and (>= X_0 0) (>= Y_0 0))))");
    assert_eq!((within.parts[0].lower[0], within.parts[0].upper[0], within.parts[1].lower[0]), (-0.5, 0.0, 0.0));
}

#[test]
fn numbers_and_terms_are_exact() {
    let first = |conditions: &str| with(conditions).parts[0].clauses[0][0].clone();
    let third = first("(assert (<= Y_0 0.1))");
    assert_eq!([third.surely, third.limit], [0.1f64.next_down(), 0.1]);
    let third = first("(assert (>= Y_0 0.1))");
    assert_eq!([third.surely, third.limit, third.weights[0].1], [-0.1, (-0.1f64).next_up(), -1.0]);
    // Tenths are no f64: the condition is multiplied by ten.
    assert_eq!(first("(assert (<= (+ (* 0.1 Y_0) (* -0.3 Y_1)) 2))"), row(&[(0, 1.0), (1, -3.0)], 20.0));
    assert_eq!(first("(assert (<= (- Y_0 Y_1 (- 3)) (+ Y_0 0.5 Y_1)))"), row(&[(1, -2.0)], -2.5));
    assert_eq!(first("(assert (<= (* 2 (+ Y_0 Y_1) 3) (* Y_1 6)))"), row(&[(0, 6.0)], 0.0));
    assert!(first("(assert (< Y_0 Y_1))").strict);
    let same = with("(assert (== Y_0 2))");
    assert_eq!(same.parts[0].clauses, [[row(&[(0, 1.0)], 2.0), row(&[(0, -1.0)], -2.0)]]);
    // Conditions on nothing hold everywhere or nowhere.
    assert!(with("(assert (<= 2 1))").parts.is_empty());
    assert_eq!(with("(assert (<= 1 1)) (assert (<= Y_0 0))").parts[0].clauses.len(), 1);
    assert!(with("(assert (or))").parts.is_empty());
}

#[test]
fn strict_ends_leave_their_point_out() {
    let query = with("(assert (< X_0 0.25)) (assert (> X_1 0.5)) (assert (<= Y_0 0))");
    let part = &query.parts[0];
    assert_eq!((part.upper[0], part.lower[1]), (0.25, 0.5));
    assert_eq!((part.points[1][0], part.points[0][1]), (0.25f32.next_down(), 0.5f32.next_up()));
    let none = with("(assert (== X_0 0.1)) (assert (<= Y_0 0))");
    assert!(!none.parts[0].has_points(), "no f32 is 0.1");
}

#[test]
fn version_two_names_tensors() {
    let query = read(
        "(vnnlib-version <2.0>)
         (declare-network f (declare-input X float32 [1, 2, 2]) (declare-output Z float32 [1,3]))
         (assert (and (<= X[0,0,0] 1.0) (>= X[0,0,0] 0.0) (<= X[0,0,1] 1) (>= X[0,0,1] 0)
                      (<= X[0,1,0] 1) (>= X[0,1,0] 0) (<= X[0,1,1] 0.5) (>= X[0,1,1] 0.25)))
         (assert (or (<= Z[0,0] Z[0,1]) (<= Z[0,0] Z[0,2])))",
    );
    assert_eq!((query.inputs, query.outputs), (4, 3));
    assert_eq!((query.parts[0].lower[3], query.parts[0].upper[3]), (0.25, 0.5));
    assert_eq!(query.parts[0].clauses, [[row(&[(0, 1.0), (1, -1.0)], 0.0)], [row(&[(0, 1.0), (2, -1.0)], 0.0)]]);
    assert!(in_words(&query)[0].ends_with("for which output 0 is not the only largest?"), "{:?}", in_words(&query));
}

#[test]
fn gzip_is_unpacked() {
    let text = format!("{FRONT}{BOX}(assert (<= Y_0 Y_1))");
    assert_eq!(read_query(&gzip(text.as_bytes())), read_query(text.as_bytes()));
}

#[test]
fn what_is_not_read_is_refused_by_its_line_and_name() {
    let two = "(declare-network f (declare-input X float32 [1,2]) (declare-output Y float32 [1,2])";
    for (text, told) in [
        (format!("{FRONT}{BOX}(assert (<= X_0 Y_0))"), "line 8: a comparison of inputs with outputs"),
        (format!("{FRONT}{BOX}\n(assert (<= (+ X_0 X_1) 1))"), "line 9: a condition on several inputs"),
        (format!("{FRONT}{BOX}(assert (<= (* Y_0 Y_1) 1))"), "line 8: a product of two variables"),
        (format!("{FRONT}{BOX}(assert (<= (/ Y_0 2) 1))"), "\"/\" is no operator"),
        (format!("{FRONT}{BOX}(assert (<= Y_2 1))"), "\"Y_2\" is neither a number nor declared"),
        (format!("{FRONT}{BOX}(assert (not (<= Y_0 1)))"), "\"not\" is not known"),
        (format!("{FRONT}{BOX}(assert (<= Y_0 1e99999))"), "too many digits"),
        (format!("{FRONT}{BOX}(assert (<= Y_0 1)"), "line 8: this list is not closed"),
        (format!("{FRONT}{BOX}(assert (<= Y_0 1)))"), "line 8: a parenthesis closes"),
        (format!("{FRONT}(assert (<= X_0 1))"), "input 0 has no lower end"),
        (FRONT.to_owned(), "it asserts nothing"),
        ("(declare-const X_0 Int)".into(), "line 1: X_0 has the type \"Int\""),
        ("(declare-const Z_0 Real)".into(), "neither an input X_i nor an output Y_j"),
        ("(declare-const X_1 Real) (declare-const Y_0 Real) (assert (<= X_1 1))".into(), "X_0 is not declared"),
        ("(declare-const X_0 Real)(declare-const X_0 Real)".into(), "declared twice"),
        ("(declare-const X_99999999999999999999 Real)".into(), "neither an input"),
        ("(check-mate)".into(), "(check-mate …) is not known"),
        ("X_0".into(), "stands outside of any list"),
        (format!("{}{}", "(".repeat(5000), ")".repeat(5000)), "nested more than 200 deep"),
        ("(vnnlib-version <3.0>)".into(), "version \"<3.0>\" is not known"),
        (format!("{two} (declare-hidden H float32 [1,2]))"), "the hidden value H is inside"),
        (format!("{two} (declare-input Z float32 [1,2]))"), "a second declare-input"),
        (format!("{two}) (declare-network g)"), "a second network"),
        (format!("{two} (equal-to g))"), "(equal-to …) is not read"),
        (format!("{two})\n(assert (<= Y[0,2] 1))"), "line 2: \"Y[0,2]\" names no element of Y, whose shape is [1, 2]"),
        ("(declare-network f (declare-input X int8 [1]) (declare-output Y real [1]))".into(), "the type \"int8\""),
        ("(declare-network f (declare-input X real [0]) (declare-output Y real [1]))".into(), "is no shape"),
        (
            "(declare-network f (declare-input X real [60000000]) (declare-output Y real [1])) (assert (<= X[59999999] 1))".into(),
            "60000000 inputs are declared",
        ),
    ] {
        let error = refused(&text);
        assert!(error.contains(told), "{error}, not {told}");
        assert_eq!(error.lines().count(), 1);
    }
    assert!(read_query(&[0xff, 0xfe, 0x00]).is_err() && read_query(b"").is_err());
}

#[test]
fn alternatives_that_multiply_beyond_the_file_are_refused() {
    let pair = "(assert (or (<= Y_0 1) (<= Y_1 1)))\n".repeat(40);
    let error = refused(&format!("{FRONT}{BOX}{pair}"));
    assert!(error.contains("alternatives multiply"), "{error}");
}
