//! Sums, exactly as asked.

/// The value of an arithmetic expression, with the expression, or nothing if it is none.
pub(super) fn answer(question: &str) -> Option<String> {
    let lower = question.to_lowercase();
    let expression = [
        "what is",
        "what's",
        "calculate",
        "compute",
        "計算して",
        "計算",
    ]
    .iter()
    .fold(lower.as_str(), |rest, word| {
        rest.trim().strip_prefix(word).unwrap_or(rest)
    })
    .trim_start_matches([':', '：', ' '])
    .trim_end_matches(['?', '？', '=', ' ', '.', '。']);
    let expression = [
        "はいくつですか",
        "はいくつ",
        "はいくらですか",
        "は何ですか",
        "を計算して",
        "は",
    ]
    .iter()
    .fold(expression, |rest, word| {
        rest.strip_suffix(word).unwrap_or(rest)
    });
    if !expression.contains(['+', '-', '*', '/', '×', '÷', '^'])
        || !expression.contains(|c: char| c.is_ascii_digit())
    {
        return None;
    }
    let mut reader = Reader { rest: expression };
    let value = reader.sum(0)?;
    reader.skip();
    (reader.rest.is_empty() && value.is_finite())
        .then(|| format!("{} = {}", expression.trim(), printed(value)))
}

fn printed(value: f64) -> String {
    let text = format!("{value:.10}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    /// The most brackets inside one another.
    const DEEPEST: usize = 64;

    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, signs: &[char]) -> Option<char> {
        self.skip();
        let sign = self.rest.chars().next().filter(|c| signs.contains(c))?;
        self.rest = &self.rest[sign.len_utf8()..];
        Some(sign)
    }

    fn sum(&mut self, depth: usize) -> Option<f64> {
        let mut value = self.product(depth)?;
        while let Some(sign) = self.take(&['+', '-']) {
            let next = self.product(depth)?;
            value = if sign == '+' {
                value + next
            } else {
                value - next
            };
        }
        Some(value)
    }

    fn product(&mut self, depth: usize) -> Option<f64> {
        let mut value = self.power(depth)?;
        while let Some(sign) = self.take(&['*', '/', '×', '÷']) {
            let next = self.power(depth)?;
            value = if matches!(sign, '*' | '×') {
                value * next
            } else {
                value / next
            };
        }
        Some(value)
    }

    fn power(&mut self, depth: usize) -> Option<f64> {
        let base = self.number(depth)?;
        match self.take(&['^']) {
            Some(_) if depth < Self::DEEPEST => Some(base.powf(self.power(depth + 1)?)),
            Some(_) => None,
            None => Some(base),
        }
    }

    fn number(&mut self, depth: usize) -> Option<f64> {
        if depth >= Self::DEEPEST {
            return None;
        }
        if self.take(&['-']).is_some() {
            return Some(-self.number(depth + 1)?);
        }
        if self.take(&['(']).is_some() {
            let value = self.sum(depth + 1)?;
            return self.take(&[')']).map(|_| value);
        }
        self.skip();
        let end = self
            .rest
            .find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',')
            .unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        let value: f64 = digits.replace(',', "").parse().ok()?;
        Some(if self.take(&['%']).is_some() {
            value / 100.0
        } else {
            value
        })
    }
}
