//! The codec through its public face.

mod collected;
mod eventstream;
mod faults;
mod leg;
mod recordings;
mod request;
mod sample;
mod streamed;
