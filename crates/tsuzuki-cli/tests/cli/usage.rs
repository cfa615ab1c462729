//! What is typed wrong.

use crate::shell::tsuzuki;

#[test]
fn help() {
    tsuzuki(["--help"]).snapshot("help");
}

#[test]
fn help_of_ask() {
    tsuzuki(["ask", "--help"]).snapshot("help_ask");
}

#[test]
fn help_of_serve() {
    tsuzuki(["serve", "--help"]).snapshot("help_serve");
}

#[test]
fn nothing() {
    assert_eq!(tsuzuki([]).run().exit, Some(2));
}

#[test]
fn version() {
    let done = tsuzuki(["--version"]).run();
    assert_eq!(done.exit, Some(0));
    assert_eq!(
        done.stdout,
        format!("tsuzuki {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn an_unknown_command() {
    tsuzuki(["chatt"]).snapshot("unknown_command");
}

#[test]
fn a_misspelt_option() {
    tsuzuki(["ask", "--max-token", "10", "hi"]).snapshot("misspelt_option");
}

#[test]
fn a_mode_that_is_none() {
    tsuzuki(["ask", "--mode", "always", "hi"]).snapshot("unknown_mode");
}

#[test]
fn a_field_that_is_not_json() {
    tsuzuki(["ask", "--field", "top_k=many", "hi"]).snapshot("field_not_json");
}

#[test]
fn a_field_without_a_value() {
    tsuzuki(["ask", "--field", "top_k", "hi"]).snapshot("field_without_value");
}

#[test]
fn a_limit_of_nothing() {
    tsuzuki(["ask", "--max-tokens", "0", "hi"]).snapshot("limit_of_nothing");
}
