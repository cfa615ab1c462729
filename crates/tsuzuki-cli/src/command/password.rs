//! `tsuzuki password`: the line that makes a password the chat's.

use super::secret::read_secret;
use crate::exit::{Exit, Failure};
use crate::print;
use std::io::{self, IsTerminal};
use tsuzuki_server::Password;

/// Asks twice without echo; from a pipe, takes its first line. Prints the line for the configuration.
pub(crate) fn run() -> Result<Exit, Failure> {
    let password = read_secret("Password: ")?;
    if password.is_empty() {
        return Err(Failure::new(
            Exit::Usage,
            "the password is empty",
            "type one, or pipe one in",
        ));
    }
    if io::stdin().is_terminal() && read_secret("Again: ")? != password {
        return Err(Failure::new(
            Exit::Usage,
            "the two are not alike",
            "run tsuzuki password again",
        ));
    }
    let hash = Password::hash(&password).map_err(|_no_hash| {
        Failure::new(
            Exit::Usage,
            "the password cannot be hashed: the system has no random numbers",
            "run tsuzuki password again",
        )
    })?;
    if io::stdout().is_terminal() {
        print::talk(
            "Put this line under [chat] in tsuzuki.toml, and let nobody else read that file:\n",
        );
    }
    print::data(&format!("password_hash = \"{}\"\n", hash.as_str()))?;
    Ok(Exit::Complete)
}
