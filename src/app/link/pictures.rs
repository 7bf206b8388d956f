//! Pictures that the reader brings: the browser decodes them.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageBitmap};

/// Side of the square that a picture is read in.
pub const SIDE: usize = 112;

/// Whether a file is a picture of a kind that browsers decode: PNG, JPEG, GIF, WebP or BMP.
pub fn is_picture(bytes: &[u8]) -> bool {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    starts(b"\x89PNG")
        || starts(b"\xff\xd8\xff")
        || starts(b"GIF8")
        || starts(b"BM")
        || (starts(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"))
}

/// A picture as ink on a square of `side` × `side`, 0 to 1: fitted in, grey, and dark on light turned round, as MNIST has it. `None`
/// where the browser cannot decode it.
pub async fn ink(file: &web_sys::File, side: usize) -> Option<Vec<f32>> {
    let promise = window().create_image_bitmap_with_blob(file).ok()?;
    let bitmap: ImageBitmap = JsFuture::from(promise).await.ok()?.dyn_into().ok()?;
    let canvas: HtmlCanvasElement = document().create_element("canvas").ok()?.dyn_into().ok()?;
    canvas.set_width(side as u32);
    canvas.set_height(side as u32);
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    let (width, height) = (f64::from(bitmap.width().max(1)), f64::from(bitmap.height().max(1)));
    let zoom = side as f64 / width.max(height);
    let (w, h) = (width * zoom, height * zoom);
    let (x, y) = ((side as f64 - w) / 2.0, (side as f64 - h) / 2.0);
    context.draw_image_with_image_bitmap_and_dw_and_dh(&bitmap, x, y, w, h).ok()?;
    let data = context.get_image_data(0.0, 0.0, side as f64, side as f64).ok()?.data();
    // Transparent is paper: grey by the usual weights over white where anything is opaque.
    let grey: Vec<f32> = data
        .0
        .chunks_exact(4)
        .map(|pixel| {
            let [red, green, blue, alpha] = [0, 1, 2, 3].map(|place| f32::from(pixel[place]) / 255.0);
            alpha * (0.299 * red + 0.587 * green + 0.114 * blue) + (1.0 - alpha)
        })
        .collect();
    let border: Vec<f32> = (0..grey.len())
        .filter(|place| {
            let (column, row) = ((place % side) as f64 + 0.5, (place / side) as f64 + 0.5);
            let inside = column > x && column < x + w && row > y && row < y + h;
            inside && (column < x + 3.0 || row < y + 3.0 || column > x + w - 3.0 || row > y + h - 3.0)
        })
        .map(|place| grey[place])
        .collect();
    let paper = border.iter().sum::<f32>() / border.len().max(1) as f32;
    let inside = |place: usize| {
        let (column, row) = ((place % side) as f64 + 0.5, (place / side) as f64 + 0.5);
        column > x && column < x + w && row > y && row < y + h
    };
    let turned = paper > 0.5;
    Some(
        grey.iter()
            .enumerate()
            .map(|(place, &value)| {
                if !inside(place) {
                    0.0
                } else if turned {
                    1.0 - value
                } else {
                    value
                }
            })
            // The paper's own grey is no ink.
            .map(|ink| if ink < 0.15 { 0.0 } else { ink })
            .collect(),
    )
}
