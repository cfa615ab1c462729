//! What is found, and what is shown of it.

use super::Place;
use crate::sample::{answered, at, begun, blocks, close, conversation, question, user};
use tsuzuki_server::chat::{Conversation, User};
use tsuzuki_server::store::{Hit, Search, Store};

/// Keeps each text as a message of a conversation without a title.
async fn keep(store: &dyn Store, user: &User, texts: &[&str]) -> Conversation {
    let one = conversation("");
    store.put_conversation(user, &one).await.unwrap();
    let messages: Vec<_> = texts
        .iter()
        .map(|text| question(&one, None, text))
        .collect();
    store.put_messages(user, &messages).await.unwrap();
    one
}

async fn find(store: &dyn Store, user: &User, words: &str) -> Vec<Hit> {
    let search = Search {
        words: words.to_owned(),
        limit: 10,
    };
    store.search(user, &search).await.unwrap()
}

/// What is found, as it is shown, with what was looked for in brackets; in the order of the alphabet.
async fn shown(store: &dyn Store, user: &User, words: &str) -> Vec<String> {
    let mut shown: Vec<String> = find(store, user, words).await.iter().map(show).collect();
    shown.sort();
    shown
}

fn show(hit: &Hit) -> String {
    let pieces = hit.snippet.iter().map(|piece| {
        if piece.hit {
            format!("[{}]", piece.text)
        } else {
            piece.text.clone()
        }
    });
    pieces.collect()
}

pub(crate) async fn words_and_their_beginnings_are_found(place: &impl Place) {
    let (me, you) = (user("me"), user("you"));
    let store = place.open().await;
    keep(
        &*store,
        &me,
        &[
            "The answer is 42.",
            "Answers, in the plural",
            "max_tokens: 4096",
        ],
    )
    .await;
    keep(&*store, &you, &["Your own answer"]).await;
    assert_eq!(
        shown(&*store, &me, "ANSWER").await,
        ["The [answer] is 42.", "[Answer]s, in the plural"]
    );
    assert_eq!(
        shown(&*store, &me, "answer plur").await,
        ["[Answer]s, in the [plur]al"]
    );
    assert_eq!(
        shown(&*store, &me, "answer 42").await,
        ["The [answer] is [42]."]
    );
    assert_eq!(
        shown(&*store, &me, "max_tokens").await,
        ["[max_tokens]: 4096"]
    );
    assert_eq!(shown(&*store, &me, "nswer").await, [""; 0]);
    assert_eq!(shown(&*store, &me, "answer nobody").await, [""; 0]);
    drop(store);
    let store = place.open().await;
    assert_eq!(shown(&*store, &you, "answer").await, ["Your own [answer]"]);
}

pub(crate) async fn japanese_chinese_and_korean_are_found(place: &impl Place) {
    let me = user("me");
    let store = place.open().await;
    let texts = [
        "京都大学の図書館",
        "東京都の人口",
        "大きな学校",
        "Rustで書いたサーバー",
        "한국어 검색",
        "中文搜索",
    ];
    keep(&*store, &me, &texts).await;
    assert_eq!(shown(&*store, &me, "大学").await, ["京都[大学]の図書館"]);
    assert_eq!(
        shown(&*store, &me, "京都").await,
        ["[京都]大学の図書館", "東[京都]の人口"]
    );
    assert_eq!(
        shown(&*store, &me, "京都大学").await,
        ["[京都大学]の図書館"]
    );
    assert_eq!(shown(&*store, &me, "都大").await, ["京[都大]学の図書館"]);
    assert_eq!(
        shown(&*store, &me, "学").await,
        ["京都大[学]の図書館", "大きな[学]校"]
    );
    assert_eq!(
        shown(&*store, &me, "館").await,
        ["京都大学の図書[館]"],
        "the last one of a text"
    );
    assert_eq!(
        shown(&*store, &me, "大学 図書").await,
        ["京都[大学]の[図書]館"]
    );
    assert_eq!(
        shown(&*store, &me, "大学　図書").await,
        ["京都[大学]の[図書]館"]
    );
    assert_eq!(
        shown(&*store, &me, "rustで書").await,
        ["[Rustで書]いたサーバー"]
    );
    assert_eq!(
        shown(&*store, &me, "サーバー").await,
        ["Rustで書いた[サーバー]"]
    );
    assert_eq!(shown(&*store, &me, "검색").await, ["한국어 [검색]"]);
    assert_eq!(shown(&*store, &me, "搜索").await, ["中文[搜索]"]);
    assert_eq!(
        shown(&*store, &me, "学大").await,
        [""; 0],
        "the other way round"
    );
}

pub(crate) async fn forms_of_a_character_are_the_same(place: &impl Place) {
    let me = user("me");
    let store = place.open().await;
    // Half-width katakana with its mark, full-width letters, a decomposed letter, decomposed hangul.
    let texts = [
        "ｶﾞｲﾄﾞを読む",
        "Ｔｓｕｚｕｋｉ",
        "cafe\u{301} au lait",
        "\u{1112}\u{1161}\u{11ab}글",
    ];
    keep(&*store, &me, &texts).await;
    assert_eq!(shown(&*store, &me, "ガイド").await, ["[ｶﾞｲﾄﾞ]を読む"]);
    assert_eq!(shown(&*store, &me, "tsuzuki").await, ["[Ｔｓｕｚｕｋｉ]"]);
    assert_eq!(shown(&*store, &me, "CAFÉ").await, ["[cafe\u{301}] au lait"]);
    assert_eq!(
        shown(&*store, &me, "한글").await,
        ["[\u{1112}\u{1161}\u{11ab}글]"]
    );
    assert_eq!(shown(&*store, &me, "ｶﾞｲ").await, ["[ｶﾞｲ]ﾄﾞを読む"]);
}

pub(crate) async fn what_is_quoted_is_there_as_it_is(place: &impl Place) {
    let me = user("me");
    let store = place.open().await;
    keep(
        &*store,
        &me,
        &[
            "one two three",
            "three two one",
            "two threes",
            "大学と学校 test",
        ],
    )
    .await;
    assert_eq!(
        shown(&*store, &me, "\"two three\"").await,
        ["one [two three]"]
    );
    assert_eq!(
        shown(&*store, &me, "“two three” one").await,
        ["[one] [two three]"]
    );
    assert_eq!(
        shown(&*store, &me, "\"two three").await,
        ["one [two three]"],
        "still being typed"
    );
    assert_eq!(
        shown(&*store, &me, "\"学校 test\"").await,
        ["大学と[学校 test]"]
    );
    assert_eq!(shown(&*store, &me, "\"大学 test\"").await, [""; 0]);
}

pub(crate) async fn any_text_is_a_query(place: &impl Place) {
    let me = user("me");
    let store = place.open().await;
    keep(&*store, &me, &["AND OR NOT NEAR(a b) col:x"]).await;
    assert_eq!(
        shown(&*store, &me, "AND").await,
        ["[AND] OR NOT NEAR(a b) col:x"]
    );
    assert_eq!(
        shown(&*store, &me, "NEAR( NOT").await,
        ["AND OR [NOT] [NEAR](a b) col:x"]
    );
    let long = "word ".repeat(10_000);
    for words in [
        "", " ", "\"", "\"\"", "\"\"\"", "*", "a*", "^a", "-", "- -", "(", ")", "{a b}:c", "col:",
        "+", "a + b", "'", "\\", "\0", "…", "🙂", "%_", "NEAR(", "a AND", "\u{301}", "ー", "・",
        &long,
    ] {
        find(&*store, &me, words).await;
    }
    let nothing = Search {
        words: "AND".to_owned(),
        limit: 0,
    };
    assert!(store.search(&me, &nothing).await.unwrap().is_empty());
}

pub(crate) async fn titles_come_first_and_then_the_best(place: &impl Place) {
    let me = user("me");
    let store = place.open().await;
    let mut titled = conversation("About ferries to Naoshima");
    titled.updated_at = at(5);
    store.put_conversation(&me, &titled).await.unwrap();
    let one = conversation("");
    store.put_conversation(&me, &one).await.unwrap();
    let mut passing = question(
        &one,
        None,
        &format!("ferries {}", "and much else ".repeat(50)),
    );
    let mut older = question(&one, None, "ferries run daily");
    let mut newer = question(&one, None, "ferries run daily");
    (passing.created_at, older.created_at, newer.created_at) = (at(9), at(1), at(2));
    store
        .put_messages(&me, &[passing.clone(), older.clone(), newer.clone()])
        .await
        .unwrap();
    let found = find(&*store, &me, "ferries").await;
    let which: Vec<_> = found.iter().map(|hit| hit.message).collect();
    assert_eq!(
        which,
        [None, Some(newer.id), Some(older.id), Some(passing.id)]
    );
    assert_eq!((found[0].conversation, found[0].at), (titled.id, at(5)));
    assert_eq!(found[0].title, titled.title);
    assert_eq!(show(&found[0]), "About [ferries] to Naoshima");
    assert_eq!((found[1].conversation, found[1].at), (one.id, at(2)));
    let two = Search {
        words: "ferries".to_owned(),
        limit: 2,
    };
    assert_eq!(store.search(&me, &two).await.unwrap(), found[..2]);
}

pub(crate) async fn what_changed_or_went_is_not_found(place: &impl Place) {
    let me = user("me");
    let store = place.open().await;
    let begin = begun(&*store, &me, "Where is Naoshima?").await;
    let mut running = begin.messages[1].clone();
    running.blocks = blocks("Naoshima is");
    store.put_messages(&me, &[running]).await.unwrap();
    assert_eq!(
        shown(&*store, &me, "naoshima").await,
        ["Where is [Naoshima]?"],
        "not yet"
    );
    store
        .close(&close(&me, &begin, "Naoshima is an island."))
        .await
        .unwrap();
    assert_eq!(find(&*store, &me, "naoshima").await.len(), 2);

    let mut changed = begin.messages[1].clone();
    changed.blocks = blocks("Teshima is another one.");
    changed.state = answered(&begin.conversation, None, "").state;
    store.put_messages(&me, &[changed]).await.unwrap();
    assert_eq!(shown(&*store, &me, "island").await, [""; 0]);
    assert_eq!(
        shown(&*store, &me, "teshima").await,
        ["[Teshima] is another one."]
    );

    let mut renamed = begin.conversation.clone();
    assert_eq!(shown(&*store, &me, "title").await, ["A [title]"]);
    renamed.title = "Islands".to_owned();
    store.put_conversation(&me, &renamed).await.unwrap();
    assert_eq!(shown(&*store, &me, "title").await, [""; 0]);
    assert_eq!(shown(&*store, &me, "island").await, ["[Island]s"]);

    keep(&*store, &me, &["Naoshima stays"]).await;
    store
        .delete_conversation(&me, begin.conversation.id)
        .await
        .unwrap();
    assert_eq!(shown(&*store, &me, "naoshima").await, ["[Naoshima] stays"]);
    assert_eq!(shown(&*store, &me, "islands").await, [""; 0]);
    assert_eq!(shown(&*store, &me, "teshima").await, [""; 0]);
}

pub(crate) async fn a_snippet_shows_where(place: &impl Place) {
    let me = user("me");
    let store = place.open().await;
    let text = format!(
        "{}\nHere, a needle\tand thread.\n{}needle",
        "hay ".repeat(500),
        "straw ".repeat(500)
    );
    let japanese = format!("{}針と糸{}", "藁".repeat(500), "草".repeat(500));
    keep(&*store, &me, &[&text, &japanese]).await;
    let shown_there = shown(&*store, &me, "needle thread").await;
    let [shown_there] = shown_there.as_slice() else {
        panic!("one is found: {shown_there:?}")
    };
    assert!(
        shown_there.starts_with('…') && shown_there.ends_with('…'),
        "{shown_there}"
    );
    assert!(
        shown_there.contains(" Here, a [needle] and [thread]. "),
        "{shown_there}"
    );
    assert!(shown_there.chars().count() < 200, "{shown_there}");
    let in_japanese = shown(&*store, &me, "針と糸").await.remove(0);
    assert!(in_japanese.contains("藁[針と糸]草"), "{in_japanese}");
}
