//! What the user's turn of an anchor leg says: as an ordinary person would, in the answer's
//! language, with the end of the text quoted as a JSON string so that nothing in it can be mistaken
//! for our words. It is part of the request only; nobody stores or shows it.

use crate::seam::is_cjk;

/// The words that ask for the rest of an answer, which stopped after `anchor`.
pub(crate) fn nudge(partial: &str, anchor: &str) -> String {
    let quoted = serde_json::Value::from(anchor).to_string();
    match language(partial) {
        Language::Japanese => format!(
            "すみません、通信が切れて、お返事は次のところまでしか届きませんでした：\n{quoted}\n\
             まずこの部分を一字一句そのまま繰り返し（引用符は不要です）、間を空けずに、その続きを最後まで書いてください。\
             前置きや説明はいりません。"
        ),
        Language::Chinese => format!(
            "抱歉，我的连接中断了，你的回答我只收到这里：\n{quoted}\n\
             请先一字不差地重复这一段（不要加引号），然后直接接着往下写，写到结束为止。不需要开场白或说明。"
        ),
        Language::Korean => format!(
            "죄송해요, 연결이 끊겨서 답변이 여기까지만 도착했어요:\n{quoted}\n\
             먼저 이 부분을 한 글자도 바꾸지 말고 그대로 반복한 뒤(따옴표 없이), 바로 이어서 끝까지 써 주세요. 머리말이나 설명은 필요 없어요."
        ),
        Language::English => format!(
            "Sorry, my connection dropped and I only received your reply up to here:\n{quoted}\n\
             Please start by repeating that fragment exactly as it is (without the quotation marks), and go straight on \
             from there to the end. No introduction and no comment, please."
        ),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    English,
    Japanese,
    Chinese,
    Korean,
}

/// The language of the end of a text, as far as its script tells; English for the rest.
fn language(text: &str) -> Language {
    let tail: Vec<char> = text.chars().rev().take(400).collect();
    let share = |wanted: fn(char) -> bool| {
        tail.iter().filter(|char| wanted(**char)).count() * 10 >= tail.len().max(1)
    };
    if share(|char| matches!(char, '\u{3040}'..='\u{30ff}')) {
        Language::Japanese
    } else if share(|char| matches!(char, '\u{ac00}'..='\u{d7af}')) {
        Language::Korean
    } else if share(is_cjk) {
        Language::Chinese
    } else {
        Language::English
    }
}
