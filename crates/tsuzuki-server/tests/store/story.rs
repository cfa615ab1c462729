//! What any store must do, told through its face alone.

pub(crate) mod beside;
pub(crate) mod conversations;
pub(crate) mod runs;
pub(crate) mod search;

use std::sync::Arc;
use tsuzuki_server::store::Store;

/// Where a store is kept: opened again once it was dropped, it is the same one.
pub(crate) trait Place {
    async fn open(&self) -> Arc<dyn Store>;
}

/// The parts of the story, each a test over a fresh place.
macro_rules! story {
    ($tell:ident) => {
        $tell! {
            conversations::a_conversation_is_kept_as_it_is,
            conversations::conversations_come_pinned_first_and_then_the_latest,
            conversations::what_is_anothers_is_not_there,
            conversations::messages_make_a_tree,
            conversations::a_message_keeps_its_place,
            conversations::a_path_is_as_long_as_asked,
            runs::a_run_begins_with_its_messages_or_not_at_all,
            runs::a_key_begins_one_run,
            runs::one_message_is_written_by_one_run,
            runs::what_was_appended_is_there_after_a_restart,
            runs::what_does_not_follow_is_left_out,
            runs::a_run_ends_with_its_message,
            runs::a_conversation_runs_until_its_last_run_is_over,
            runs::a_run_that_was_alive_is_taken_over,
            beside::an_attachment_stays_while_a_message_has_it,
            beside::exchanges_are_kept_part_by_part,
            beside::exchanges_are_read_up_to_a_bound,
            beside::what_was_spent_beside_answers_is_added,
            beside::what_was_spent_is_summed_by_day,
            beside::defaults_and_sessions_are_their_users,
            beside::what_is_old_is_retired,
            beside::a_store_that_works_says_so,
            beside::what_fails_fails_alone,
            search::words_and_their_beginnings_are_found,
            search::japanese_chinese_and_korean_are_found,
            search::forms_of_a_character_are_the_same,
            search::what_is_quoted_is_there_as_it_is,
            search::any_text_is_a_query,
            search::titles_come_first_and_then_the_best,
            search::what_changed_or_went_is_not_found,
            search::a_snippet_shows_where,
        }
    };
}
pub(crate) use story;
