//! `tsuzuki key`: the keys of an endpoint on a network.

use crate::args::{Key, KeyAdd, KeyList, KeyRevoke, Proof};
use crate::config::Effective;
use crate::exit::{Exit, Failure};
use crate::print;
use serde_json::json;
use std::fmt::Write;
use std::path::Path;
use tsuzuki::engine::Mode;
use tsuzuki_server::{Budget, Grants, Keys, Minted, Operation, Scheme, Spending, Spent};

/// Mints, lists or revokes.
pub(crate) fn run(typed: Key, effective: &Effective) -> Result<Exit, Failure> {
    let data = effective.config.server.data.as_deref().ok_or_else(|| {
        Failure::new(
            Exit::Usage,
            "there is no data folder to keep keys in",
            "name the endpoint's: --data DIR, TSUZUKI_DATA, or data under [server] in tsuzuki.toml",
        )
    })?;
    match typed {
        Key::Add(typed) => add(typed, data),
        Key::List(typed) => list(&typed, data),
        Key::Revoke(typed) => revoke(&typed, data),
    }
}

fn add(typed: KeyAdd, data: &Path) -> Result<Exit, Failure> {
    let budget = Budget {
        usd: typed.usd_a_day,
        tokens: typed.tokens_a_day,
    };
    let grants = Grants {
        models: typed.model,
        operations: typed.operation,
        mode: typed.mode.map(Mode::from),
        budget: (budget != Budget::default()).then_some(budget),
    };
    super::private_folder(data)?;
    let (scheme, paste): (_, fn(&Minted) -> String) = match typed.auth {
        Proof::Sigv4 => (Scheme::Sigv4, paste_pair),
        Proof::Bearer => (Scheme::Bearer, paste_token),
    };
    let minted = open(data)?
        .add(&typed.name, scheme, grants)
        .map_err(usage)?;
    print::data(&paste(&minted))?;
    print::talk(&format!(
        "The key {} ({}) is minted. Its secret is shown this once",
        typed.name, minted.id
    ));
    Ok(Exit::Complete)
}

fn paste_pair(minted: &Minted) -> String {
    format!(
        "export AWS_ACCESS_KEY_ID={}\nexport AWS_SECRET_ACCESS_KEY={}\n",
        minted.id, minted.secret
    )
}

fn paste_token(minted: &Minted) -> String {
    format!("export AWS_BEARER_TOKEN_BEDROCK={}\n", minted.secret)
}

fn list(typed: &KeyList, data: &Path) -> Result<Exit, Failure> {
    let keys = open(data)?.list();
    let mut rows = Vec::new();
    for key in &keys {
        let spent = Spending::look(data, &key.id).map_err(usage)?;
        rows.push((key, spent));
    }
    let text = if typed.json {
        let rows: Vec<_> = rows
            .iter()
            .map(|(key, spent)| {
                json!({
                    "id": key.id,
                    "name": key.name,
                    "auth": scheme(key.scheme()),
                    "created": key.created,
                    "grants": key.grants,
                    "spentToday": spent,
                })
            })
            .collect();
        format!("{:#}\n", json!(rows))
    } else {
        rows.iter().fold(String::new(), |mut text, (key, spent)| {
            // Writing to a text does not fail.
            let _written = writeln!(
                text,
                "{}  {}  {}  {}  today: {}",
                key.name,
                key.id,
                scheme(key.scheme()),
                granted(&key.grants),
                told(spent, key.grants.budget),
            );
            text
        })
    };
    print::data(&text)?;
    if keys.is_empty() {
        print::talk("There are no keys; tsuzuki key add NAME mints one");
    }
    Ok(Exit::Complete)
}

const fn scheme(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Sigv4 => "sigv4",
        Scheme::Bearer => "bearer",
    }
}

/// What a key grants, in a few words.
fn granted(grants: &Grants) -> String {
    let all = |names: Vec<&str>, none: &str| {
        if names.is_empty() {
            none.to_owned()
        } else {
            names.join(",")
        }
    };
    let models = grants.models.iter().map(String::as_str).collect();
    let operations = grants.operations.iter().map(|one: &Operation| one.name());
    let mode = match grants.mode {
        None => "",
        Some(Mode::Off) => "  mode off",
        Some(Mode::Cap) => "  mode cap",
        Some(Mode::Extend) => "  mode extend",
    };
    format!(
        "{}  {}{mode}",
        all(models, "all models"),
        all(operations.collect(), "all operations"),
    )
}

/// What a key spent today, and of how much.
fn told(spent: &Spent, budget: Option<Budget>) -> String {
    let about = if spent.estimated { "about " } else { "" };
    let budget = budget.unwrap_or_default();
    let of = |limit: Option<String>| limit.map_or_else(String::new, |limit| format!(" of {limit}"));
    format!(
        "{about}{} tokens{}, ${:.4}{}",
        spent.tokens,
        of(budget.tokens.map(|tokens| tokens.to_string())),
        spent.usd,
        of(budget.usd.map(|usd| format!("${usd}"))),
    )
}

fn revoke(typed: &KeyRevoke, data: &Path) -> Result<Exit, Failure> {
    let key = open(data)?.revoke(&typed.name).map_err(usage)?;
    print::talk(&format!(
        "The key {} ({}) is revoked; endpoints that serve notice within a second",
        key.name, key.id
    ));
    Ok(Exit::Complete)
}

fn open(data: &Path) -> Result<Keys, Failure> {
    Keys::open(data).map_err(usage)
}

fn usage(error: impl std::fmt::Display) -> Failure {
    Failure::new(
        Exit::Usage,
        error.to_string(),
        "tsuzuki key --help shows what can be done",
    )
}
