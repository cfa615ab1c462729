//! True things about numbers.

/// Whether a number is prime.
pub(super) fn is_prime(n: usize) -> bool {
    divisors(n).len() == 2
}

/// All divisors, ascending.
pub(super) fn divisors(n: usize) -> Vec<usize> {
    let low: Vec<usize> = (1..)
        .take_while(|d| d * d <= n)
        .filter(|d| n.is_multiple_of(*d))
        .collect();
    let high = low.iter().rev().map(|d| n / d).filter(|d| !low.contains(d));
    low.iter().copied().chain(high).collect()
}

/// Roman numerals, thousands as Ms.
pub(super) fn roman(mut n: usize) -> String {
    const SIGNS: [(usize, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    let mut out = String::new();
    for (value, sign) in SIGNS {
        out.push_str(&sign.repeat(n / value));
        n %= value;
    }
    out
}

/// English words.
pub(super) fn english(n: usize) -> String {
    const SMALL: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 10] = [
        "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
    ];
    let with = |unit: usize, name: &str| {
        let rest = if n.is_multiple_of(unit) {
            String::new()
        } else {
            format!(" {}", english(n % unit))
        };
        format!("{} {name}{rest}", english(n / unit))
    };
    match n {
        0..20 => SMALL[n].to_owned(),
        20..100 if n.is_multiple_of(10) => TENS[n / 10].to_owned(),
        20..100 => format!("{}-{}", TENS[n / 10], SMALL[n % 10]),
        100..1000 => with(100, "hundred"),
        1000..1_000_000 => with(1000, "thousand"),
        _ => with(1_000_000, "million"),
    }
}

/// Japanese numerals.
pub(super) fn kanji(n: usize) -> String {
    const DIGITS: [&str; 10] = ["〇", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let with = |unit: usize, name: &str| {
        let head = match n / unit {
            1 if unit < 10_000 => String::new(),
            head => kanji(head),
        };
        let rest = if n.is_multiple_of(unit) {
            String::new()
        } else {
            kanji(n % unit)
        };
        format!("{head}{name}{rest}")
    };
    match n {
        0..10 => DIGITS[n].to_owned(),
        10..100 => with(10, "十"),
        100..1000 => with(100, "百"),
        1000..10_000 => with(1000, "千"),
        10_000..100_000_000 => with(10_000, "万"),
        _ => with(100_000_000, "億"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_spelt_right() {
        assert_eq!(english(1_984), "one thousand nine hundred eighty-four");
        assert_eq!(kanji(12_011), "一万二千十一");
        assert_eq!(roman(1_994), "MCMXCIV");
        assert_eq!(divisors(36), [1, 2, 3, 4, 6, 9, 12, 18, 36]);
        assert!(is_prime(137) && !is_prime(1) && !is_prime(9));
    }
}
