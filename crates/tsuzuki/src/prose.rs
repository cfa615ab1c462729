//! Long text that proves nothing was lost.
//!
//! Every paragraph, row or line says its number and how many there are, is true, and ends in a
//! checksum of itself; the last line has a checksum of everything before it. A person sees at a
//! glance whether 138 follows 137, and [`verify`] proves it.

mod number;
mod verification;

pub use verification::{Verification, verify};

use number::{divisors, english, is_prime, kanji, roman};
use std::fmt::Write as _;

/// The most units a text has: enough for any test, and an end to every request.
pub const MOST: usize = 20_000;

/// The greatest number that is counted from.
const GREATEST: usize = 999_999_999;

/// The language of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Japanese.
    Japanese,
}

/// What kind of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prose {
    /// This many paragraphs.
    Paragraphs(usize),
    /// A fenced Python program with this many lines that check themselves when run.
    Code(usize),
    /// A Markdown table.
    Table {
        /// How many rows.
        rows: usize,
        /// How many columns besides the number and the checksum, at most 8.
        columns: usize,
    },
    /// A JSON array of this many objects.
    Json(usize),
    /// This many lines with emoji, joiners and all.
    Emoji(usize),
    /// The numbers from one to another, a line each.
    Count {
        /// The first.
        from: usize,
        /// The last.
        to: usize,
    },
}

impl Language {
    /// The language of a question.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let japanese = |c| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}');
        if text.contains(japanese) {
            Self::Japanese
        } else {
            Self::English
        }
    }
}

impl Prose {
    /// The text. The same input gives the same text.
    #[must_use]
    pub fn write(self, language: Language) -> String {
        match self {
            Self::Paragraphs(count) => {
                let heading = match language {
                    Language::English => "# {} numbered paragraphs about numbers\n\n",
                    Language::Japanese => "# 数についての{}段落\n\n",
                };
                let units = Units::new(
                    heading.replace("{}", &clamp(count).to_string()),
                    clamp(count),
                );
                units
                    .lines("\n", |n| Line::plain(paragraph(n, language)))
                    .finish("", "", "")
            }
            Self::Code(count) => Units::new("```python\n".to_owned(), clamp(count))
                .lines("", |n| Line {
                    before: format!("{}  # ", statement(n)),
                    ..Line::plain(String::new())
                })
                .finish("# ", "", "\n```"),
            Self::Table { rows, columns } => {
                table(clamp(rows), columns.clamp(1, COLUMNS.len()), language)
            }
            Self::Json(count) => Units::new("[\n".to_owned(), clamp(count))
                .lines("", |n| Line {
                    before: "  {\"no\": \"".to_owned(),
                    text: format!(
                        "\", \"n\": {n}, \"text\": \"{}\", \"check\": \"",
                        sentence(n, language)
                    ),
                    after: "\"},".to_owned(),
                })
                .finish("  {\"no\": \"", "\", \"check\": \"", "\"}\n]"),
            Self::Emoji(count) => Units::new(String::new(), clamp(count))
                .lines("", |n| {
                    let (emoji, english, japanese) = EMOJI[n % EMOJI.len()];
                    let name = match language {
                        Language::English => english,
                        Language::Japanese => japanese,
                    };
                    Line::plain(format!("{emoji} {name} {}", emoji.repeat(1 + n % 3)))
                })
                .finish("", "", ""),
            Self::Count { from, to } => {
                let from = from.min(GREATEST);
                let count = clamp(to.min(GREATEST).saturating_sub(from) + 1);
                let word = |n| match language {
                    Language::English => english(n),
                    Language::Japanese => kanji(n),
                };
                Units::new(String::new(), count)
                    .lines("", |n| {
                        Line::plain(format!("{}: {}", from + n - 1, word(from + n - 1)))
                    })
                    .finish("", "", "")
            }
        }
    }
}

const fn clamp(count: usize) -> usize {
    if count < 1 {
        1
    } else if count > MOST {
        MOST
    } else {
        count
    }
}

/// A text that grows by numbered units.
struct Units {
    text: String,
    count: usize,
    width: usize,
}

/// What stands around the number and the checksum of a unit.
struct Line {
    before: String,
    text: String,
    after: String,
}

impl Line {
    const fn plain(text: String) -> Self {
        Self {
            before: String::new(),
            text,
            after: String::new(),
        }
    }
}

impl Units {
    fn new(text: String, count: usize) -> Self {
        Self {
            text,
            count,
            width: count.to_string().len().max(4),
        }
    }

    fn lines(mut self, between: &str, line: impl Fn(usize) -> Line) -> Self {
        for n in 1..=self.count {
            let Line {
                before,
                text,
                after,
            } = line(n);
            let space = if text.is_empty() || text.starts_with('"') {
                ""
            } else {
                " "
            };
            let gap = if after.is_empty() { " " } else { "" };
            let unit = format!(
                "{before}[{n:0width$}/{:0width$}]{space}{text}{gap}",
                self.count,
                width = self.width
            );
            // Writing to a string cannot fail.
            let _ = writeln!(self.text, "{unit}·{}{after}{between}", checksum(&unit));
        }
        self
    }

    fn finish(mut self, before: &str, middle: &str, after: &str) -> String {
        let gap = if middle.is_empty() { " " } else { "" };
        let _ = write!(
            self.text,
            "{before}[end {:0width$}]{middle}{gap}",
            self.count,
            width = self.width
        );
        let whole = checksum(&self.text);
        let _ = write!(self.text, "·{whole}{after}");
        self.text
    }
}

/// Six hexadecimal digits over a text (FNV-1a, folded to 24 bits).
fn checksum(text: &str) -> String {
    let hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    format!("{:06x}", (hash >> 24) ^ (hash & 0x00ff_ffff))
}

fn sentence(n: usize, language: Language) -> String {
    match language {
        Language::English => {
            let kind = if is_prime(n) {
                "a prime number".to_owned()
            } else {
                listed(n, ", ")
            };
            format!("{n} is {kind}; its square is {}.", n * n)
        }
        Language::Japanese => {
            let kind = if is_prime(n) {
                "素数".to_owned()
            } else {
                format!("約数が{}個の数", divisors(n).len())
            };
            format!("{n}は{kind}で、二乗は{}です。", n * n)
        }
    }
}

fn listed(n: usize, separator: &str) -> String {
    let divisors: Vec<String> = divisors(n).iter().map(ToString::to_string).collect();
    format!("a number with the divisors {}", divisors.join(separator))
}

fn paragraph(n: usize, language: Language) -> String {
    let more = match (n % 5, language) {
        (0, Language::English) => {
            format!("The sum of all numbers up to it is {}.", n * (n + 1) / 2)
        }
        (1, Language::English) => {
            format!("In binary it is written {n:b}, and in hexadecimal {n:x}.")
        }
        (2, Language::English) => format!("The Romans would have written {}.", roman(n)),
        (3, Language::English) => format!("Its cube is {}, and twice it is {}.", n * n * n, 2 * n),
        (_, Language::English) => format!("Divided by seven it leaves {}.", n % 7),
        (0, Language::Japanese) => {
            format!("1から{n}までを全部足すと{}になります。", n * (n + 1) / 2)
        }
        (1, Language::Japanese) => format!("二進法では{n:b}、十六進法では{n:x}と書きます。"),
        (2, Language::Japanese) => format!("ローマ数字では{}と書きます。", roman(n)),
        (3, Language::Japanese) => format!("三乗は{}、二倍は{}です。", n * n * n, 2 * n),
        (_, Language::Japanese) => format!("七で割ると{}余ります。", n % 7),
    };
    match language {
        Language::English => format!(
            "{} In words it is {}. {more}",
            sentence(n, language),
            english(n)
        ),
        Language::Japanese => format!(
            "{}漢数字では「{}」と書きます。{more}",
            sentence(n, language),
            kanji(n)
        ),
    }
}

/// A line of Python that is true.
fn statement(n: usize) -> String {
    match n % 4 {
        0 => format!("assert {n} * {n} == {}", n * n),
        1 => format!("assert sum(range({})) == {}", n + 1, n * (n + 1) / 2),
        2 => format!("assert int(\"{n:b}\", 2) == {n}"),
        _ => format!(
            "assert [d for d in range(1, {}) if {n} % d == 0] == {:?}",
            n + 1,
            divisors(n)
        ),
    }
}

type Column = (&'static str, &'static str, fn(usize) -> String);

const COLUMNS: [Column; 8] = [
    ("n", "数", |n| n.to_string()),
    ("square", "二乗", |n| (n * n).to_string()),
    ("binary", "二進法", |n| format!("{n:b}")),
    ("Roman", "ローマ数字", roman),
    ("divisors", "約数の個数", |n| {
        divisors(n).len().to_string()
    }),
    ("kanji", "漢数字", kanji),
    ("hexadecimal", "十六進法", |n| format!("{n:x}")),
    ("cube", "三乗", |n| (n * n * n).to_string()),
];

fn table(rows: usize, columns: usize, language: Language) -> String {
    let columns = &COLUMNS[..columns];
    let names = columns.iter().map(|(english, japanese, _)| match language {
        Language::English => *english,
        Language::Japanese => *japanese,
    });
    let header = format!(
        "| no. | {} | check |\n|{}\n",
        names.collect::<Vec<_>>().join(" | "),
        " --- |".repeat(columns.len() + 2)
    );
    Units::new(header, rows)
        .lines("", |n| {
            let cells: Vec<String> = columns.iter().map(|(_, _, cell)| cell(n)).collect();
            Line {
                before: "| ".to_owned(),
                text: format!("| {} | ", cells.join(" | ")),
                after: " |".to_owned(),
            }
        })
        .finish("| ", &format!(" |{} ", " |".repeat(columns.len())), " |")
}

const EMOJI: [(&str, &str, &str); 8] = [
    (
        "👩‍👩‍👧‍👦",
        "a family of four, seven code points",
        "四人家族、七つの符号位置",
    ),
    (
        "🏴‍☠️",
        "a pirate flag: black flag, joiner, skull",
        "海賊旗は黒旗と接合子とどくろ",
    ),
    ("👍🏽", "thumbs up with a skin tone", "肌の色つきの親指"),
    ("🇯🇵", "two regional indicators", "二つの地域表示記号"),
    (
        "🧑‍🚀",
        "an astronaut: person, joiner, rocket",
        "宇宙飛行士は人と接合子とロケット",
    ),
    (
        "e\u{301}",
        "a letter and a combining accent",
        "文字と結合アクセント",
    ),
    (
        "が\u{3099}",
        "a kana and a combining mark",
        "仮名と結合濁点",
    ),
    (
        "1️⃣",
        "a keycap of three code points",
        "三つの符号位置のキーキャップ",
    ),
];
