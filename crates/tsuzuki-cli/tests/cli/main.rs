//! The real binary: exit code, standard output and standard error of a run, in one place each.

mod ask;
mod models;
mod serve;
mod shell;
mod usage;
mod verify;
