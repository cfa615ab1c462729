//! Fenced code blocks, as far as a seam cares (CommonMark 0.31, section 4.5).

/// The fence that is open at the end of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Fence {
    mark: char,
    length: usize,
}

/// Where the text goes on behind a line that opens the fence again which is open already. The line
/// end itself is left to the white space rule. A fence without an info string closes, and stays.
pub(super) fn reopened(partial: &str, head: &str) -> Option<usize> {
    let open = open_fence(partial)?;
    let line_end = head.find('\n')?;
    let (mark, length, info) = fence_line(head[..line_end].trim_end_matches('\r'))?;
    (mark == open.mark && length >= open.length && !info.is_empty()).then_some(line_end)
}

/// Whether a fence is open and the head may be opening it again, with its line not ended yet.
pub(super) fn may_reopen(partial: &str, head: &str) -> bool {
    let head = head.trim_start();
    !head.contains('\n')
        && open_fence(partial)
            .is_some_and(|open| head.chars().take(open.length).all(|char| char == open.mark))
}

fn open_fence(text: &str) -> Option<Fence> {
    text.lines().fold(None, |open: Option<Fence>, line| {
        match (open, fence_line(line)) {
            (None, Some((mark, length, _))) => Some(Fence { mark, length }),
            (Some(fence), Some((mark, length, "")))
                if mark == fence.mark && length >= fence.length =>
            {
                None
            }
            (open, _) => open,
        }
    })
}

/// The mark, length and info string of a line that is a code fence.
fn fence_line(line: &str) -> Option<(char, usize, &str)> {
    let stripped = line.trim_start_matches(' ');
    let mark = stripped
        .chars()
        .next()
        .filter(|mark| matches!(mark, '`' | '~'))?;
    let info = stripped.trim_start_matches(mark);
    let length = stripped.len() - info.len();
    let indent = line.len() - stripped.len();
    (length >= 3 && indent <= 3 && !(mark == '`' && info.contains('`')))
        .then(|| (mark, length, info.trim()))
}
