use super::super::style::{Ink, columns};
use super::*;
use proptest::prelude::*;

const WIDTH: usize = 32;

/// What is printed of a text that comes in these pieces.
fn printed(pieces: &[&str]) -> Vec<Line> {
    let mut markdown = Markdown::new(WIDTH);
    let mut lines: Vec<Line> = pieces
        .iter()
        .flat_map(|piece| markdown.push(piece))
        .collect();
    lines.extend(markdown.finish());
    lines
}

fn page(text: &str) -> String {
    let lines: Vec<String> = printed(&[text]).iter().map(Line::text).collect();
    lines.join("\n")
}

#[test]
fn blocks() {
    let text = "# Title\nA *soft* **loud** ~~old~~ `code` line\nand [a link](https://a.example) or \
                <https://b.example>.\n\n> quoted\n> twice\n>\n> - in it\n\n---\n";
    assert_eq!(
        page(text),
        "# Title\n\nA soft loud old `code` line\nand a link (https://a.example)\nor https://b.example.\n\n\
         ▎ quoted\n▎ twice\n▎\n▎ • in it\n\n────────────────────────────────"
    );
    let styles: Vec<String> = printed(&["**a** *b*"])
        .iter()
        .map(|line| line.rendered(Ink::Styled))
        .collect();
    assert_eq!(styles, ["\x1b[1ma\x1b[0m \x1b[3mb\x1b[0m"]);
}

#[test]
fn lists() {
    let text = "1. one\n2. two\n   - inner\n   - next\n9. three\n\n   apart\n\nafter\n\n- [x] done\n- [ ] open\n";
    assert_eq!(
        page(text),
        "1. one\n2. two\n   • inner\n   • next\n3. three\n\n   apart\n\nafter\n\n• [x] done\n• [ ] open"
    );
    let long = "- a word and another word and one more\n";
    assert_eq!(page(long), "• a word and another word and\n  one more");
}

#[test]
fn code_is_printed_as_it_is() {
    let text = "before\n```rust\nfn main() {\n    let wide = \"a line that is longer than the page is wide\";\n\n}\n```\nafter\n";
    assert_eq!(
        page(text),
        format!("before\n\n{}\n\nafter", text[7..text.len() - 7].trim_end())
    );
    assert_eq!(
        page("- item\n  ```\n  x\n  ```\n"),
        "• item\n  ```\n  x\n  ```"
    );
}

#[test]
fn columns_of_tables_stand_under_each_other() {
    let text = "| Name | 数 |\n|:--|--:|\n| 続き | 1 |\n| b | 22 |\n";
    assert_eq!(page(text), "Name │ 数\n─────┼───\n続き │  1\nb    │ 22");
    let wide = "| a | b |\n|---|---|\n| many words in one cell of a table | x |\n";
    let lines = printed(&[wide]);
    assert!(
        lines.iter().all(|line| line.columns() <= WIDTH),
        "{}",
        page(wide)
    );
}

#[test]
fn what_is_finished_is_printed_at_once() {
    let mut markdown = Markdown::new(WIDTH);
    assert_eq!(markdown.push("One paragraph.\n"), []);
    assert_eq!(markdown.open(), [Line::of("One paragraph.", Style::NONE)]);
    assert_eq!(markdown.push("\nTw"), []);
    assert_eq!(
        markdown.push("o\n"),
        [Line::of("One paragraph.", Style::NONE)]
    );
    let mut fence = Markdown::new(WIDTH);
    assert_eq!(
        fence.push("```\nlet x;\nlet"),
        [Line::dim("```"), Line::of("let x;", Style::CODE)]
    );
    assert_eq!(fence.open(), [Line::of("let", Style::CODE)]);
    let mut list = Markdown::new(WIDTH);
    let items: Vec<String> = list
        .push("1. a\n1. b\n1. c\n")
        .iter()
        .map(Line::text)
        .collect();
    assert_eq!(items, ["1. a", "2. b"]);
}

#[test]
fn a_seam_is_marked_at_the_end_of_a_word() {
    let text = |pieces: [&str; 2]| {
        let mut markdown = Markdown::new(WIDTH);
        let mut lines = markdown.push(pieces[0]);
        markdown.seam(2);
        lines.extend(markdown.push(pieces[1]));
        lines.extend(markdown.finish());
        lines.iter().map(Line::text).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(text(["one tw", "o three"]), "one two┊2 three");
    assert_eq!(text(["a **bo", "ld** word here"]), "a bold word┊2 here");
    assert_eq!(text(["続", "き"]), "続┊2き");
    assert_eq!(text(["```\na", "b c\nd\n```\n"]), "```\nab c ┊2\nd\n```");
    assert_eq!(text(["-", " item one"]), "• item┊2 one");
}

#[test]
fn no_control_character_reaches_the_terminal() {
    let hostile =
        "# \x1b]0;t\x07\n`\x1b[2J`\n\n```\x1b\n\x1b[31m\r\n```\n| \x1b |\n|--|\n[a](\x1bb)\n\u{9b}";
    for line in printed(&[hostile]) {
        assert!(!line.text().contains(char::is_control), "{:?}", line.text());
    }
}

#[test]
fn what_defines_links_is_not_lost() {
    assert_eq!(
        page("[a]: https://a.example\n\ntext\n"),
        "[a]: https://a.example\n\ntext"
    );
    assert_eq!(page("[a]: https://a.example"), "[a]: https://a.example");
    let twice = "- item\n\r\n[a]: https://a.example\n[a]: https://a.example";
    assert_eq!(page(twice).matches("https://a.example").count(), 2);
    let list = "- see [a] and\n- [b]\n\n[a]: https://a.example\n[b]: /b 'B'\n\nend";
    assert_eq!(
        page(list),
        "• see [a] and\n• [b]\n\n[a]: https://a.example\n[b]: /b 'B'\n\nend"
    );
    assert_eq!(
        page("[note]: this is prose\nof two lines"),
        "[note]: this is prose\nof two lines"
    );
}

/// Lines of which Markdown is made, and worse.
fn soup() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        "[a-z 続きを。、「」*_`~|#>\\-0-9.!\\[\\]()<>\t]{0,16}",
        Just("# Title".to_owned()),
        Just("```rust".to_owned()),
        Just("~~~".to_owned()),
        Just("```".to_owned()),
        Just("- item".to_owned()),
        Just("  - inner **bold**".to_owned()),
        Just("1. first".to_owned()),
        Just("   2. second".to_owned()),
        Just("> quoted".to_owned()),
        Just("| a | b |".to_owned()),
        Just("|---|--:|".to_owned()),
        Just("===".to_owned()),
        Just("---".to_owned()),
        Just("    indented".to_owned()),
        Just("<div>".to_owned()),
        Just("[a]: https://a.example".to_owned()),
        Just("[a] and 👩‍💻".to_owned()),
        Just("\r".to_owned()),
        Just(String::new()),
    ];
    proptest::collection::vec(line, 0..24).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn how_it_was_cut_does_not_show(text in soup(), cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..12)) {
        let characters: Vec<char> = text.chars().collect();
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(characters.len() + 1)).collect();
        places.extend([0, characters.len()]);
        places.sort_unstable();
        let pieces: Vec<String> = places.windows(2).map(|ends| characters[ends[0]..ends[1]].iter().collect()).collect();
        let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
        prop_assert_eq!(printed(&pieces), printed(&[&text]));
        let each: Vec<String> = characters.iter().map(char::to_string).collect();
        let each: Vec<&str> = each.iter().map(String::as_str).collect();
        prop_assert_eq!(printed(&each), printed(&[&text]));
    }

    #[test]
    fn no_word_is_lost(text in soup()) {
        // Cells beyond the columns of a table are dropped by its rules.
        let text = text.replace('|', " ");
        let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).collect::<String>();
        let shown = page(&text);
        // Where a link leads may be told twice: where it is defined, and behind the link.
        prop_assert!(letters(&shown).len() >= letters(&text).len(), "{shown}");
    }

    #[test]
    fn prose_fits_the_page(text in "[a-z 続き。*_#>\\-\n]{0,80}", deep in 0_usize..60) {
        // Four spaces make code, which is not wrapped.
        let text: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
        let text = format!("{}{}", "> - ".repeat(deep), text.join(" "));
        for line in printed(&[&text]) {
            prop_assert!(columns(line.text().trim_end()) <= WIDTH, "{:?}", line.text());
        }
    }
}
