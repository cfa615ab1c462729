//! The endpoint over real sockets, with scripted backends behind it.

mod backend;
mod client;

mod answers;
mod forwarding;
mod guards;
mod joins;
mod limits;
mod logs;
mod routing;
mod shutdown;
mod silence;
