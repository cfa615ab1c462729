//! Long texts that were written lately. Every leg of an answer needs the whole of it to find its
//! place, and writing megabytes for each would keep the runtime's threads from everything else.

use crate::prose::{Language, Prose};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;

/// The most bytes of texts that are kept: a few of the longest.
const MOST_BYTES: usize = 32 * 1024 * 1024;

/// Texts that were written lately, the latest first.
#[derive(Debug, Default)]
pub(crate) struct Library {
    shelf: Mutex<VecDeque<Book>>,
}

#[derive(Debug, Clone)]
struct Book {
    prose: Prose,
    language: Language,
    /// Empty while the first who asked for it has it written; the others wait for that.
    text: Arc<OnceCell<Arc<str>>>,
}

impl Library {
    /// The text, written where it holds nobody up, and once for all who ask at a time.
    pub(crate) async fn text(&self, prose: Prose, language: Language) -> Arc<str> {
        let book = self.find(prose, language);
        let text = book.text.get_or_init(async || {
            let written = tokio::task::spawn_blocking(move || prose.write(language)).await;
            // A runtime that shuts down runs nothing on the side any more.
            written
                .unwrap_or_else(|_not_run| prose.write(language))
                .into()
        });
        let text = Arc::clone(text.await);
        self.make_room();
        text
    }

    /// The book, moved to the front.
    fn find(&self, prose: Prose, language: Language) -> Book {
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        let found = shelf
            .iter()
            .position(|book| (book.prose, book.language) == (prose, language));
        let book = found
            .and_then(|index| shelf.remove(index))
            .unwrap_or_else(|| Book {
                prose,
                language,
                text: Arc::default(),
            });
        shelf.push_front(book.clone());
        book
    }

    /// Forgets what was not asked for the longest, until the rest fits.
    fn make_room(&self) {
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bytes = 0;
        shelf.retain(|book| {
            // The entry itself counts as well: short texts are many.
            bytes += size_of::<Book>() + book.text.get().map_or(0, |text| text.len());
            bytes <= MOST_BYTES
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_text_is_written_once_and_forgotten_when_others_need_the_room() {
        let library = Library::default();
        let long = |count| library.text(Prose::Paragraphs(count), Language::English);
        let (one, two) = tokio::join!(long(20_000), long(20_000));
        assert!(Arc::ptr_eq(&one, &two));
        assert_eq!(*one, *Prose::Paragraphs(20_000).write(Language::English));
        assert!(Arc::ptr_eq(&one, &long(20_000).await));
        for count in 19_900..20_000 {
            if library.kept() + one.len() > MOST_BYTES {
                break;
            }
            long(count).await;
        }
        long(19_899).await;
        assert!(library.kept() <= MOST_BYTES);
        assert!(!Arc::ptr_eq(&one, &long(20_000).await));
    }

    impl Library {
        fn kept(&self) -> usize {
            let shelf = self.shelf.lock().unwrap();
            shelf
                .iter()
                .map(|book| book.text.get().map_or(0, |text| text.len()))
                .sum()
        }
    }
}
