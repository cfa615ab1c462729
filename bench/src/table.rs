//! The one table.

use crate::measure::Figures;
use crate::subject::Kind;

/// How a figure of one subject is set beside the others'.
enum Beside {
    /// As a multiple of nginx's, or of the direct call's where there is no nginx.
    Times,
    /// As what is added to the direct call's.
    Added,
}

/// One line: what it is called, where it stands, its decimals, what to set it beside, and the best
/// that a peer reached in our own comparison of gateways, on another machine.
struct Line(
    &'static str,
    fn(&Figures) -> f64,
    usize,
    Beside,
    Option<f64>,
);

const LINES: [Line; 10] = [
    Line(
        "requests/s, 32 callers",
        |round| round.requests,
        0,
        Beside::Times,
        None,
    ),
    Line(
        "CPU us per request",
        |round| round.request_cpu,
        1,
        Beside::Times,
        Some(52.0),
    ),
    Line(
        "latency p50 us, 1 caller",
        |round| round.latency,
        0,
        Beside::Added,
        None,
    ),
    Line(
        "first byte p50 us, 1 caller",
        |round| round.first,
        0,
        Beside::Added,
        None,
    ),
    Line(
        "deltas/s, burst, 32 callers",
        |round| round.burst,
        0,
        Beside::Times,
        None,
    ),
    Line(
        "CPU s per 1M deltas, burst",
        |round| round.burst_cpu,
        2,
        Beside::Times,
        Some(5.7),
    ),
    Line(
        "deltas/s, 1000 streams x 20/s",
        |round| round.slow,
        0,
        Beside::Times,
        None,
    ),
    Line(
        "CPU s per 1M deltas, slow",
        |round| round.slow_cpu,
        1,
        Beside::Times,
        Some(20.3),
    ),
    Line(
        "MiB after one request",
        |round| round.idle,
        1,
        Beside::Times,
        Some(16.0),
    ),
    Line(
        "KiB per slow stream",
        |round| round.stream,
        1,
        Beside::Times,
        Some(41.0),
    ),
];

/// Prints medians of all rounds.
pub(crate) fn print(rows: &[(Kind, Vec<Figures>)]) {
    let rounds = rows.first().map_or(0, |(_, rounds)| rounds.len());
    println!();
    println!(
        "Medians of {rounds} rounds. direct: the upstream itself. off, extend: Tsuzuki's endpoint."
    );
    println!(
        "In brackets: a multiple of nginx, or what is added to direct. to beat: the best peer, elsewhere."
    );
    println!();
    let names: String = rows
        .iter()
        .map(|(kind, _)| format!("{:>20}", kind.name()))
        .collect();
    println!("{:<30}{names}{:>9}", "", "to beat");
    for Line(name, read, decimals, beside, to_beat) in &LINES {
        let of = |wanted: Kind| {
            let (_, rounds) = rows.iter().find(|(kind, _)| *kind == wanted)?;
            Some(median(rounds.iter().map(read).collect()))
        };
        let cells: String = rows
            .iter()
            .filter_map(|(kind, _)| Some((*kind, of(*kind)?)))
            .map(|(kind, value)| {
                let base = match beside {
                    Beside::Times => of(Kind::Nginx).or_else(|| of(Kind::Direct)),
                    Beside::Added => of(Kind::Direct),
                };
                let ratio = match (beside, base) {
                    (Beside::Times, Some(base)) if base > 0.0 => format!("({:.2}x)", value / base),
                    (Beside::Added, Some(base)) if kind != Kind::Direct => {
                        format!("({:+.0})", value - base)
                    }
                    (Beside::Times | Beside::Added, _) => String::new(),
                };
                format!("{value:>11.decimals$} {ratio:<8}")
            })
            .collect();
        let to_beat = to_beat.map_or(String::new(), |value| value.to_string());
        println!("{name:<30}{cells}{to_beat:>9}");
    }
    println!();
}

/// The median of some figures; of none, nought.
pub(crate) fn median(figures: Vec<f64>) -> f64 {
    quantile(figures, 0.5)
}

/// The figure that this share of some figures is below; of none, nought.
pub(crate) fn quantile(mut figures: Vec<f64>, share: f64) -> f64 {
    figures.sort_by(f64::total_cmp);
    let at = (figures.len() as f64 * share) as usize;
    figures.get(at).copied().unwrap_or_default()
}
