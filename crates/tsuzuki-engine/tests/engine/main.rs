//! The engine through its public face: stories, laws, seams.

mod habits;
mod laws;
mod score;
mod stage;
mod stories;
mod texts;
