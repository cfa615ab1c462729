//! How legs go out.

mod gathered;
mod lessons;
mod story;
mod wired;

use crate::{RawRequest, RawResponse};
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
pub use lessons::Lessons;
pub use story::StoryBackend;
use tsuzuki_wire::engine::{Abilities, Frame, Leg, Lesson, ModelId, Region};
pub use wired::Wired;
pub(crate) use wired::segment;

/// How legs go out. A backend cannot fail: failure is a frame.
pub trait Backend: Send + Sync {
    /// Calls a model. The first frame is a `Head`, the last an `End`; a stream that stops without
    /// one is for the driver to name. Dropping the stream hangs up.
    fn call(&self, leg: Leg) -> BoxStream<'static, Frame>;
    /// What a model can do, as far as is known now.
    fn abilities(&self, model: &ModelId) -> Abilities;
    /// What an error taught about a model.
    fn learn(&self, model: &ModelId, lesson: Lesson);
    /// Passes on what nobody needs to read.
    fn forward(&self, request: RawRequest) -> BoxFuture<'static, RawResponse>;
}

/// Where requests go as bytes. [`Wired`] puts the codec around one.
pub trait Transport: Send + Sync {
    /// Sends a request and brings the head of its response; the body follows as it comes. A
    /// request that cannot be sent at all is answered with an AWS error that says why.
    fn send(&self, request: RawRequest) -> BoxFuture<'static, RawResponse>;
    /// Sends the request of a leg to a model in a region; `None` is [`home`](Self::home). Unlike
    /// [`send`](Self::send), it may reach the model by another of its names. A region that the
    /// transport does not have is answered with an error, never in another region.
    fn call(
        &self,
        model: &ModelId,
        region: Option<&Region>,
        request: RawRequest,
    ) -> BoxFuture<'static, RawResponse>;
    /// The region of requests that name none, if there is a word for it.
    fn home(&self) -> Option<Region> {
        None
    }
    /// What a model can do, before any lesson was learnt.
    fn abilities(&self, model: &ModelId) -> Abilities;
    /// Where lessons are kept; nowhere beyond this run, unless the transport has a place.
    fn lessons(&self) -> Lessons {
        Lessons::default()
    }
}
