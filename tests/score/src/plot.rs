//! The plot of `docs/score.svg`: scores over days, the middle of all runs as a line, from the least to the most as a band.

use std::error::Error;

use plotters::prelude::*;

use crate::kinds::{Kind, Runs, DAYS};

const SIZE: (u32, u32) = (860, 480);
/// Between what is legible on white and on black; a viewer that tells which it has gets a better one by the style.
const INK: RGBColor = RGBColor(0x80, 0x80, 0x80);
const STYLE: &str = "<style>text{font-family:sans-serif;fill:#3b4148}\
    @media(prefers-color-scheme:dark){text{fill:#c9d1d9}}</style>\n";

/// What is drawn, each in a colour that the colour-blind tell from the others.
const DRAWN: [(Kind, RGBColor, &str); 5] = [
    (Kind::Honest, RGBColor(0x00, 0x9e, 0x73), "honest"),
    (Kind::New, RGBColor(0x80, 0x80, 0x80), "new"),
    (Kind::Lazy(1), RGBColor(0xe6, 0x9f, 0x00), "lazy, 1 sample"),
    (Kind::Lazy(3), RGBColor(0xd5, 0x5e, 0x00), "lazy, 3 samples"),
    (Kind::Flaky(24), RGBColor(0x56, 0x84, 0xe0), "flaky, 24 h"),
];

/// The plot as SVG, the same in every run.
pub fn svg() -> Result<String, Box<dyn Error>> {
    let mut out = String::new();
    draw(&mut out)?;
    // After the opening tag: what follows it is the style of all texts.
    let at = out.find(">\n").map_or(0, |at| at + 2);
    out.insert_str(at, STYLE);
    Ok(out)
}

fn draw(out: &mut String) -> Result<(), Box<dyn Error>> {
    let root = SVGBackend::with_string(out, SIZE).into_drawing_area();
    let text = ("sans-serif", 17).into_font().color(&INK);
    let mut chart = ChartBuilder::on(&root)
        .margin(12)
        .margin_top(44)
        .x_label_area_size(44)
        .y_label_area_size(72)
        .build_cartesian_2d(0u32..DAYS as u32, 0u32..10_000u32)?;
    chart
        .configure_mesh()
        .x_labels(7)
        .y_labels(11)
        .x_desc("days of daily rounds")
        .y_desc("score of the provider")
        .y_label_formatter(&|score| match (score / 1_000, score % 1_000) {
            (0, below) => below.to_string(),
            (above, below) => format!("{above},{below:03}"),
        })
        .axis_style(INK)
        .bold_line_style(INK.mix(0.3))
        .light_line_style(TRANSPARENT)
        .label_style(text.clone())
        .axis_desc_style(text.clone())
        .draw()?;
    for (i, (kind, colour, name)) in (0i32..).zip(DRAWN) {
        let runs = Runs::full(kind).map_err(|refusal| format!("{refusal:?}"))?;
        let range = |day: usize| runs.range(day, |x| x.provider);
        let days = || 1..=DAYS;
        let above = days().map(|day| (day as u32, u32::from(range(day).most)));
        let below = days().rev().map(|day| (day as u32, u32::from(range(day).least)));
        let band: Vec<_> = above.chain(below).collect();
        chart.draw_series([Polygon::new(band, colour.mix(0.16))])?;
        let start = [(0, u32::from(orchestrator_domain::NEUTRAL))];
        let middle = days().map(|day| (day as u32, u32::from(range(day).middle)));
        chart.draw_series(LineSeries::new(start.into_iter().chain(middle), colour.stroke_width(2)))?;
        let x = 84 + i * 154;
        root.draw(&PathElement::new([(x, 24), (x + 24, 24)], colour.stroke_width(4)))?;
        root.draw(&Text::new(name, (x + 30, 18), text.clone()))?;
    }
    root.present()?;
    Ok(())
}
