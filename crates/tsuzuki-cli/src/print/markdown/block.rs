//! One segment of Markdown, as lines.

use super::super::style::{Line, Span, Style, columns};
use super::super::wrap::wrap;
use super::table::Table;
use super::{MARK, OPTIONS, is_inline, marks, unmarked};
use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd};

/// The fewest columns that text has, however deep it is nested.
const LEAST_ROOM: usize = 8;

/// What stands at the left of lines inside a quotation, and of items.
struct Margin {
    /// Before the first line, if that is still to come.
    first: Option<Span>,
    /// Before the others.
    rest: Span,
}

/// A list that is being laid out.
struct List {
    /// The next item's number, if it is ordered.
    number: Option<u64>,
}

/// An item that is being laid out: whether its blocks stand apart.
struct Item {
    loose: bool,
}

/// A page that is being filled.
struct Page {
    width: usize,
    lines: Vec<Line>,
    margins: Vec<Margin>,
    lists: Vec<List>,
    items: Vec<Item>,
    /// The block of text that is being read, line by line.
    text: Vec<Line>,
    styles: Vec<Style>,
    /// Where the open links lead.
    links: Vec<String>,
    table: Option<Table>,
    /// What an open code block holds.
    code: Option<String>,
    /// Whether an empty line stands before the next block.
    gap: bool,
}

/// Lays out a segment in lines of so many columns. `number` is that of its first item, where the
/// items before it were laid out already.
pub(super) fn render(source: &str, width: usize, number: Option<u64>) -> Vec<Line> {
    let mut page = Page {
        width: width.max(LEAST_ROOM),
        lines: Vec::new(),
        margins: Vec::new(),
        lists: Vec::new(),
        items: Vec::new(),
        text: vec![Line::default()],
        styles: vec![Style::NONE],
        links: Vec::new(),
        table: None,
        code: None,
        gap: false,
    };
    let mut number = number;
    let mut seen = 0;
    for (event, range) in Parser::new_ext(source, OPTIONS).into_offset_iter() {
        if range.start > seen {
            page.definitions(&source[seen..range.start]);
        }
        seen = seen.max(range.end);
        match event {
            Event::Start(Tag::List(first)) => {
                let first = first.map(|first| number.take().unwrap_or(first));
                page.begin_list(first);
            }
            Event::Start(tag) => page.begin(tag),
            Event::End(tag) => page.end(tag),
            Event::Text(text) => page.say(&text, Style::NONE),
            Event::Code(text) => {
                page.say("`", Style::CODE);
                page.say(&text, Style::CODE);
                page.say("`", Style::CODE);
            }
            Event::InlineMath(text)
            | Event::DisplayMath(text)
            | Event::Html(text)
            | Event::InlineHtml(text)
            | Event::FootnoteReference(text) => page.say(&text, Style::NONE),
            Event::SoftBreak | Event::HardBreak => page.text.push(Line::default()),
            Event::Rule => {
                page.begin_block();
                let rule = "─".repeat(page.room().min(40));
                page.print(Line::dim(rule));
                page.gap = true;
            }
            Event::TaskListMarker(done) => {
                page.say(if done { "[x] " } else { "[ ] " }, Style::NONE)
            }
        }
    }
    page.definitions(&source[seen..]);
    page.flush();
    page.lines
}

impl Page {
    /// What stands between blocks and is none: definitions of links. Links of other segments may
    /// need them, so they are shown.
    fn definitions(&mut self, source: &str) {
        let source = source.trim();
        let defines = source.starts_with('[') && source.contains("]:");
        if !defines || !self.margins.is_empty() {
            return;
        }
        self.flush();
        self.begin_block();
        for line in source.lines() {
            self.say(line, Style::DIM);
            self.text.push(Line::default());
        }
        self.flush();
        self.gap = true;
    }

    fn begin_list(&mut self, number: Option<u64>) {
        self.flush();
        self.begin_block();
        self.lists.push(List { number });
    }

    fn begin(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::HtmlBlock => {
                self.flush();
                if let Some(item) = self.items.last_mut() {
                    item.loose = true;
                }
                self.begin_block();
            }
            Tag::Heading { level, .. } => {
                self.flush();
                self.begin_block();
                self.styles.push(Style::BOLD);
                self.say(&format!("{} ", "#".repeat(depth(level))), Style::DIM);
            }
            Tag::BlockQuote(_) => {
                self.flush();
                self.begin_block();
                let bar = Span::new("▎ ", Style::DIM);
                self.margins.push(Margin {
                    first: None,
                    rest: bar,
                });
            }
            Tag::CodeBlock(kind) => {
                self.flush();
                self.begin_block();
                let info = match kind {
                    pulldown_cmark::CodeBlockKind::Fenced(info) => Some(info),
                    pulldown_cmark::CodeBlockKind::Indented => None,
                };
                if let Some(info) = info {
                    self.print(Line::dim(unmarked(&format!("```{info}"))));
                    self.code = Some(String::new());
                } else {
                    self.code = Some(String::new());
                }
            }
            Tag::Item => self.begin_item(),
            Tag::Table(alignments) => {
                self.flush();
                self.begin_block();
                self.table = Some(Table::new(alignments));
            }
            Tag::TableHead | Tag::TableRow => {
                if let Some(table) = &mut self.table {
                    table.begin_row();
                }
            }
            Tag::Emphasis => self.push_style(Style::ITALIC),
            Tag::Strong => self.push_style(Style::BOLD),
            Tag::Strikethrough => self.push_style(Style::STRUCK),
            Tag::Link { dest_url, .. } => {
                self.push_style(Style::UNDERLINE);
                self.links.push(dest_url.into_string());
            }
            Tag::Image { dest_url, .. } => {
                self.say("[image: ", Style::DIM);
                self.push_style(Style::NONE);
                self.links.push(dest_url.into_string());
            }
            Tag::List(_)
            | Tag::TableCell
            | Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Superscript
            | Tag::Subscript
            | Tag::MetadataBlock(_) => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        if is_inline(tag) {
            self.styles.pop();
            self.end_inline(tag);
            return;
        }
        match tag {
            TagEnd::Heading(_) => {
                self.flush();
                self.styles.pop();
                self.gap = true;
            }
            TagEnd::Paragraph | TagEnd::HtmlBlock => {
                self.flush();
                self.gap = true;
            }
            TagEnd::BlockQuote(_) => {
                self.flush();
                self.margins.pop();
                self.gap = true;
            }
            TagEnd::CodeBlock => self.end_code(),
            TagEnd::List(_) => {
                self.lists.pop();
                self.gap = self.items.last().is_none_or(|item| item.loose);
            }
            TagEnd::Item => {
                self.flush();
                // An item without text still shows its mark.
                if self
                    .margins
                    .last()
                    .is_some_and(|margin| margin.first.is_some())
                {
                    self.print(Line::default());
                }
                self.margins.pop();
                self.items.pop();
            }
            TagEnd::Table => {
                if let Some(table) = self.table.take() {
                    for line in table.lines(self.room()) {
                        self.print(line);
                    }
                }
                self.gap = true;
            }
            TagEnd::TableCell => {
                let text = std::mem::replace(&mut self.text, vec![Line::default()]);
                if let Some(table) = &mut self.table {
                    table.cell(Line(text.into_iter().flat_map(|line| line.0).collect()));
                }
            }
            TagEnd::TableHead
            | TagEnd::TableRow
            | TagEnd::FootnoteDefinition
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition
            | TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::Link
            | TagEnd::Image
            | TagEnd::MetadataBlock(_) => {}
        }
    }

    /// Where a link leads stands behind it, unless the link says it.
    fn end_inline(&mut self, tag: TagEnd) {
        if !matches!(tag, TagEnd::Link | TagEnd::Image) {
            return;
        }
        let Some(target) = self.links.pop() else {
            return;
        };
        let target = unmarked(&target);
        let said: String = self.text.iter().map(Line::text).collect();
        if tag == TagEnd::Image {
            self.say(&format!("] ({target})"), Style::DIM);
        } else if !unmarked(&said).ends_with(target.trim_start_matches("mailto:")) {
            self.say(&format!(" ({target})"), Style::DIM);
        }
    }

    fn begin_item(&mut self) {
        self.flush();
        self.begin_block();
        let mark = match self.lists.last_mut() {
            Some(List {
                number: Some(number),
            }) => {
                let mark = format!("{number}. ");
                *number += 1;
                mark
            }
            Some(List { number: None }) | None => "• ".to_owned(),
        };
        let spaces = " ".repeat(columns(&mark));
        self.margins.push(Margin {
            first: Some(Span::new(mark, Style::NONE)),
            rest: Span::new(spaces, Style::NONE),
        });
        self.items.push(Item { loose: false });
    }

    fn end_code(&mut self) {
        let code = self.code.take().unwrap_or_default();
        for line in code.lines() {
            self.print(super::code(line, super::Inside::Nothing));
        }
        self.print(Line::dim("```"));
        self.gap = true;
    }

    fn push_style(&mut self, style: Style) {
        let now = self.styles.last().copied().unwrap_or_default();
        self.styles.push(now.and(style));
    }

    /// Adds text, with the marks of seams in it.
    fn say(&mut self, text: &str, style: Style) {
        if let Some(code) = &mut self.code {
            code.push_str(text);
            return;
        }
        let style = style.and(self.styles.last().copied().unwrap_or_default());
        for (row, line) in text.split('\n').enumerate() {
            if row > 0 {
                self.text.push(Line::default());
            }
            let Some(now) = self.text.last_mut() else {
                return;
            };
            let mut marks = marks(line).into_iter();
            for (at, piece) in line.split(MARK).enumerate() {
                if at % 2 == 0 {
                    now.0.push(Span::new(piece.replace('\t', "    "), style));
                } else if let Some(mark) = marks.next() {
                    now.0.push(Span::new(mark, Style::DIM));
                }
            }
        }
    }

    /// An empty line, if the last block wants one behind it.
    fn begin_block(&mut self) {
        if std::mem::take(&mut self.gap) {
            let margins = self.margins.iter().take(self.shown_margins());
            let bare: String = margins.map(|margin| margin.rest.text.as_str()).collect();
            self.lines.push(Line::dim(bare.trim_end()));
        }
    }

    /// How many columns a line has.
    fn room(&self) -> usize {
        let margins = self.margins.iter().take(self.shown_margins());
        let used: usize = margins.map(|margin| columns(&margin.rest.text)).sum();
        self.width - used
    }

    /// How many margins leave room for text: what is nested deeper stands no further to the right.
    fn shown_margins(&self) -> usize {
        let mut used = LEAST_ROOM;
        let fits = |margin: &&Margin| {
            used += columns(&margin.rest.text);
            used <= self.width
        };
        self.margins.iter().take_while(fits).count()
    }

    /// Prints the block of text that was read.
    fn flush(&mut self) {
        let mut text = std::mem::replace(&mut self.text, vec![Line::default()]);
        while text.last().is_some_and(|line| line.text().is_empty()) {
            text.pop();
        }
        for line in text {
            for piece in wrap(&line, self.room()) {
                self.print(piece);
            }
        }
    }

    /// Prints a line behind its margins.
    fn print(&mut self, line: Line) {
        let mut spans: Vec<Span> = Vec::new();
        let shown = self.shown_margins();
        for margin in &mut self.margins {
            spans.push(margin.first.take().unwrap_or_else(|| margin.rest.clone()));
        }
        spans.truncate(shown);
        spans.extend(line.0);
        self.lines.push(Line(spans));
    }
}

const fn depth(level: HeadingLevel) -> usize {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}
