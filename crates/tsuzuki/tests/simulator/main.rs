//! The simulator, through its public face: bytes in, bytes out.

// Used by other tests of this package.
use {
    async_stream as _, fastrand as _, percent_encoding as _, serde as _, tempfile as _,
    thiserror as _, tokio_util as _, toml as _, tracing as _, tsuzuki_wire as _,
    unicode_segmentation as _, uuid as _,
};

mod bench;
mod errors;
mod faults;
mod habits;
mod loops;
mod operations;
mod prose;
mod responder;
mod resuming;
mod scenarios;
mod wire;
