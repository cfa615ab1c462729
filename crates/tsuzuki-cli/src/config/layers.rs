//! Flags above environment above file above defaults: here, and nowhere else.

use super::{Backend, Config, FILE, file};
use crate::exit::{Exit, Failure};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// The keys that the environment can set, each with its variables; the first that is set stands.
/// AWS's own are here to be shown, and so that they stand above the file.
pub(crate) const VARIABLES: [(&str, &[&str]); 25] = [
    ("server.listen", &["TSUZUKI_LISTEN"]),
    ("server.hosts", &["TSUZUKI_HOST"]),
    ("server.log", &["TSUZUKI_LOG"]),
    ("server.data", &["TSUZUKI_DATA"]),
    ("network.auth", &["TSUZUKI_AUTH"]),
    ("network.tls", &["TSUZUKI_TLS"]),
    ("network.tls_cert", &["TSUZUKI_TLS_CERT"]),
    ("network.tls_key", &["TSUZUKI_TLS_KEY"]),
    ("network.audit", &["TSUZUKI_AUDIT"]),
    ("policy.mode", &["TSUZUKI_MODE"]),
    ("policy.max_output_tokens", &["TSUZUKI_MAX_OUTPUT_TOKENS"]),
    ("policy.max_legs", &["TSUZUKI_MAX_LEGS"]),
    ("policy.max_cost", &["TSUZUKI_MAX_COST"]),
    ("policy.max_seconds", &["TSUZUKI_MAX_SECONDS"]),
    ("policy.fallbacks", &["TSUZUKI_FALLBACKS"]),
    ("backend.kind", &["TSUZUKI_BACKEND"]),
    ("backend.scenario", &["TSUZUKI_SCENARIO"]),
    ("backend.region", &["AWS_REGION", "AWS_DEFAULT_REGION"]),
    ("backend.profile", &["AWS_PROFILE"]),
    (
        "backend.endpoint",
        &["AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "AWS_ENDPOINT_URL"],
    ),
    ("backend.certificates", &["AWS_CA_BUNDLE"]),
    ("chat.enabled", &["TSUZUKI_CHAT"]),
    ("chat.model", &["TSUZUKI_CHAT_MODEL"]),
    ("chat.password_hash", &["TSUZUKI_CHAT_PASSWORD_HASH"]),
    ("ask.model", &["TSUZUKI_MODEL"]),
];

/// The keys that hold a list of texts; where one text sets them, commas stand between.
const LISTS: [&str; 5] = [
    "server.hosts",
    "network.auth_regions",
    "network.open",
    "policy.fallbacks",
    "chat.proxy_from",
];

/// The keys whose values are not printed.
const SECRET: [&str; 1] = ["chat.password_hash"];

/// Keys in the environment stand above a profile that only the file names.
const KEY_IN_ENVIRONMENT: &str = "AWS_ACCESS_KEY_ID";

/// A flag that was typed.
#[derive(Debug, Clone)]
pub(crate) struct Flag {
    /// The key it sets.
    pub(crate) key: &'static str,
    /// Its name.
    pub(crate) name: &'static str,
    /// What was typed.
    pub(crate) text: String,
}

/// Where a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A flag.
    Flag(&'static str),
    /// A variable of the environment.
    Environment(&'static str),
    /// The file, and the line in it.
    File(PathBuf, usize),
    /// Nobody said anything.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => f.write_str(name),
            Self::Environment(name) => f.write_str(name),
            Self::File(file, line) => write!(f, "{}:{line}", file.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// The settings that stand, and where each comes from.
#[derive(Debug, Clone)]
pub(crate) struct Effective {
    /// The settings.
    pub(crate) config: Config,
    /// The same as a table.
    table: Table,
    origins: BTreeMap<String, Origin>,
}

impl Effective {
    /// Lays the layers over each other.
    ///
    /// `named` is the file that was asked for; else [`FILE`] is read, if it is there.
    pub(crate) fn load(named: Option<&Path>, flags: &[Flag]) -> Result<Self, Failure> {
        let mut this = Self::defaults()?;
        let path = named.map(Path::to_owned).or_else(|| {
            let usual = PathBuf::from(FILE);
            usual.is_file().then_some(usual)
        });
        if let Some(path) = path {
            for (key, value, line) in file::read(&path)? {
                let origin = Origin::File(path.clone(), line);
                place(&mut this.table, &key, value);
                this.origins.insert(key, origin);
            }
        }
        for (key, names) in VARIABLES {
            let set = names.iter().find_map(|name| {
                let text = std::env::var(name).ok().filter(|text| !text.is_empty())?;
                Some((*name, text))
            });
            if let Some((name, text)) = set {
                this.set(key, &text, Origin::Environment(name))?;
            }
        }
        for flag in flags {
            this.set(flag.key, &flag.text, Origin::Flag(flag.name))?;
        }
        this.config = this.read().map_err(|error| {
            Failure::new(
                Exit::Usage,
                format!("the settings do not fit together: {error}"),
                "tsuzuki config check shows where each comes from",
            )
        })?;
        this.table = laid_out(&this.config)?;
        Ok(this)
    }

    /// Only the defaults.
    fn defaults() -> Result<Self, Failure> {
        let config = Config::default();
        Ok(Self {
            table: laid_out(&config)?,
            config,
            origins: BTreeMap::new(),
        })
    }

    fn read(&self) -> Result<Config, toml::de::Error> {
        Config::deserialize(self.table.clone())
    }

    /// Sets a key as text says. What is wrong is told at once, so that the one who set it is named.
    fn set(&mut self, key: &str, text: &str, origin: Origin) -> Result<(), Failure> {
        let mut wrong = None;
        for value in meanings(key, text) {
            place(&mut self.table, key, value);
            match self.read() {
                Ok(_) => {
                    self.origins.insert(key.to_owned(), origin);
                    return Ok(());
                }
                // A number where a text is wanted says less than what is wrong with the text.
                Err(error) if error.message().starts_with("invalid type") => {
                    wrong = wrong.or(Some(error));
                }
                Err(error) => wrong = Some(error),
            }
        }
        let why = wrong.map_or_else(String::new, |error| error.message().to_owned());
        let hint = match &origin {
            Origin::Flag(name) => format!("give {name} another value, or leave it out"),
            Origin::Environment(name) => format!("set {name} to another value, or unset it"),
            Origin::File(..) | Origin::Default => "tsuzuki config example shows every key".into(),
        };
        Err(Failure::new(
            Exit::Usage,
            format!("{origin} ({key}): {why}"),
            hint,
        ))
    }

    /// Where a setting comes from.
    pub(crate) fn origin(&self, key: &str) -> &Origin {
        self.origins.get(key).unwrap_or(&Origin::Default)
    }

    /// Whether the environment decides, so that the file's word does not count.
    pub(crate) fn is_of_the_environment(&self, key: &str) -> bool {
        match self.origin(key) {
            Origin::Environment(_) => true,
            Origin::File(..) => {
                key == "backend.profile"
                    && std::env::var_os(KEY_IN_ENVIRONMENT).is_some_and(|value| !value.is_empty())
            }
            Origin::Flag(_) | Origin::Default => false,
        }
    }

    /// How to reach Bedrock, by these settings.
    pub(crate) fn bedrock(
        &self,
        listen: Option<std::net::SocketAddr>,
    ) -> tsuzuki::bedrock::Settings {
        Backend::settings(self, listen)
    }

    /// Every setting: key, value as it would stand in a file, origin. One that is not set and has no
    /// default has no value.
    pub(crate) fn rows(&self) -> Vec<(String, Option<String>, Origin)> {
        let mut rows: BTreeMap<String, Option<String>> = VARIABLES
            .iter()
            .map(|(key, _)| ((*key).to_owned(), None))
            .collect();
        for (key, value) in leaves(&self.table) {
            let value = if SECRET.contains(&key.as_str()) {
                "… (not shown)".to_owned()
            } else {
                value.to_string()
            };
            rows.insert(key, Some(value));
        }
        rows.into_iter()
            .map(|(key, value)| {
                let origin = self.origin(&key).clone();
                (key, value, origin)
            })
            .collect()
    }
}

/// Settings as a table.
fn laid_out(config: &Config) -> Result<Table, Failure> {
    Table::try_from(config).map_err(|error| {
        Failure::new(
            Exit::Usage,
            format!("the settings cannot be laid out: {error}"),
            "this is a defect of Tsuzuki: please report it",
        )
    })
}

/// What a text can mean: a number or a switch where it is one, a list where one is wanted, else
/// itself.
fn meanings(key: &str, text: &str) -> Vec<Value> {
    if LISTS.contains(&key) {
        let all = text.split(',').map(str::trim).filter(|one| !one.is_empty());
        return vec![all.map(str::to_owned).collect::<Vec<_>>().into()];
    }
    let number = text
        .parse::<i64>()
        .map(Value::from)
        .or_else(|_| text.parse::<bool>().map(Value::from))
        .or_else(|_| text.parse::<f64>().map(Value::from));
    let itself = Value::from(text);
    match number {
        Ok(number) => vec![number, itself],
        Err(_) => vec![itself],
    }
}

/// Puts a value at a dotted key.
fn place(table: &mut Table, key: &str, value: Value) {
    match key.split_once('.') {
        None => _ = table.insert(key.to_owned(), value),
        Some((section, rest)) => {
            let section = table
                .entry(section)
                .or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(section) = section {
                place(section, rest, value);
            }
        }
    }
}

/// Every value with its dotted key. A list is one value.
pub(super) fn leaves(table: &Table) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for (key, value) in table {
        match value {
            Value::Table(section) => {
                let inner = leaves(section).into_iter();
                all.extend(inner.map(|(rest, value)| (format!("{key}.{rest}"), value)));
            }
            Value::String(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Datetime(_)
            | Value::Array(_) => all.push((key.clone(), value.clone())),
        }
    }
    all
}
