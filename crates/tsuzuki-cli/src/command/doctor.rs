//! `tsuzuki doctor`: whether Amazon Bedrock can be used, step by step, and if not, why.

mod bedside;
mod finding;
mod phrase;
mod policy;
mod probe;

pub(super) use bedside::Bedside;

use super::folder::Folder;
use crate::args::Doctor;
use crate::backend;
use crate::config::Effective;
use crate::exit::{Exit, Failure};
use crate::print;
use finding::{Finding, Verdict};
use phrase::Phrase;
use serde_json::{Value, json};
use tsuzuki::bedrock::{Bedrock, Identity, SetupError};
use tsuzuki::engine::ModelId;
use tsuzuki::models::Models;
use tsuzuki_server::store::Sqlite;

/// What a step waits for.
const NEEDS_CREDENTIALS: Phrase = Phrase::new("needs_credentials", "needs credentials");
/// The way out where the fact names it.
const DO_AS_SAID: Phrase = Phrase::new(
    "do_as_said",
    "do what it says, then run tsuzuki doctor again",
);

/// What was found.
#[derive(Default)]
struct Chart {
    findings: Vec<Finding>,
    identity: Option<Identity>,
    account: Option<String>,
}

/// Looks at every step and prints what it found.
pub(crate) async fn run(typed: &Doctor, effective: &Effective) -> Result<Exit, Failure> {
    if typed.iam_policy {
        if let Some(operation) = policy::unknown(&typed.operation) {
            return Err(Failure::new(
                Exit::Usage,
                format!("no IAM action is known here for {operation}"),
                "leave it out, and look it up in AWS's list of actions for Amazon Bedrock",
            ));
        }
        let identity = match backend::bedrock(effective, None).await {
            Ok(bedrock) => Some(bedrock.identity().clone()),
            // A policy can be printed for any region and account as well.
            Err(_unusable) => None,
        };
        let policy = policy::least(identity.as_ref(), &typed.operation, &typed.model);
        print::data(&format!("{policy:#}\n"))?;
        return Ok(Exit::Complete);
    }
    let mut chart = Chart::default();
    chart.findings.extend(store(effective).await);
    let exit = match backend::bedrock(effective, None).await {
        Ok(bedrock) => {
            chart.identity = Some(bedrock.identity().clone());
            let asked = typed.call.as_deref();
            examine(&bedrock, asked, &effective.config.ask.model, &mut chart).await;
            Exit::Refused
        }
        Err(failure) => {
            chart.add(unusable(failure));
            Exit::Usage
        }
    };
    let sound = !chart
        .findings
        .iter()
        .any(|finding| finding.verdict == Verdict::Failed);
    let text = if typed.json {
        format!("{:#}\n", chart.object(sound))
    } else {
        chart.findings.iter().map(Finding::to_string).collect()
    };
    print::data(&text)?;
    Ok(if sound { Exit::Complete } else { exit })
}

/// Bedrock cannot be asked at all.
fn unusable(failure: Failure) -> Finding {
    // What nearly everybody sees first has words of its own.
    if failure.fact == SetupError::NoRegion.to_string() {
        return Finding::failed(
            "setup",
            Phrase::new("no_region", "{fact}").with("fact", failure.fact),
            Phrase::new("name_region", "{hint}").with("hint", failure.hint),
        );
    }
    Finding::failed(
        "setup",
        Phrase::new("setup_unusable", "{said}").with("said", failure.fact),
        Phrase::new("setup_hint", "{said}").with("said", failure.hint),
    )
}

/// Whether what the chat keeps is whole; nothing where nothing is kept.
async fn store(effective: &Effective) -> Option<Finding> {
    let folder = Folder::of(&effective.config).ok()?;
    let file = folder.store();
    if !file.is_file() {
        return None;
    }
    let hint = Phrase::new(
        "store_backup",
        "put a backup in its place while no server runs; tsuzuki backup makes them",
    );
    Some(match Sqlite::integrity(&file).await {
        Ok(found) if found.problems.is_empty() => Finding::passed(
            "store",
            Phrase::new(
                "store_whole",
                "{file} is whole: {conversations} conversations, {messages} messages, {bytes} bytes",
            )
            .with("file", file.display())
            .with("conversations", found.conversations)
            .with("messages", found.messages)
            .with("bytes", found.bytes),
        ),
        Ok(found) => {
            let told = found.problems.join("; ");
            Finding::failed(
                "store",
                Phrase::new("store_damaged", "{file} is damaged: {said}")
                    .with("file", file.display())
                    .with("said", told),
                hint,
            )
        }
        Err(error) => Finding::failed(
            "store",
            Phrase::new("store_unusable", "{said}").with("said", error.told),
            hint,
        ),
    })
}

/// Every step that needs Bedrock. `asked` is the model to ask for one token, if any.
async fn examine(bedrock: &Bedrock, asked: Option<&str>, usual: &str, chart: &mut Chart) {
    let identity = bedrock.identity();
    let place = Phrase::new("setup", "{identity}; questions go to {endpoint}")
        .with("identity", identity)
        .with("region", &identity.region)
        .with("source", &identity.source)
        .with("endpoint", &identity.endpoint);
    chart.add(Finding::passed("setup", place));
    match bedrock.check_credentials().await {
        Ok(()) => chart.add(Finding::passed(
            "credentials",
            Phrase::new("credentials", "there are some, from {source}")
                .with("source", &identity.source),
        )),
        Err(why) => {
            chart.add(Finding::failed(
                "credentials",
                Phrase::new("credentials_unusable", "{said}")
                    .with("said", why)
                    .with("source", &identity.source),
                DO_AS_SAID,
            ));
            for step in ["endpoint", "models", "profiles", "call"] {
                chart.add(Finding::skipped(step, NEEDS_CREDENTIALS));
            }
            return;
        }
    }
    chart.add(probe::endpoint(bedrock).await);
    for region in &identity.elsewhere {
        chart.add(probe::elsewhere(bedrock, region).await);
    }
    chart.add(probe::models(bedrock).await);
    let (profiles, account) = probe::profiles(bedrock).await;
    chart.add(profiles);
    chart.account = identity.account.clone().or(account);
    chart.add(call(bedrock, asked, usual).await);
}

/// A question to a model, if it was asked for.
async fn call(bedrock: &Bedrock, asked: Option<&str>, usual: &str) -> Finding {
    let model = asked.filter(|model| !model.is_empty()).unwrap_or(usual);
    let model = ModelId(model.to_owned());
    if asked.is_some() {
        return probe::call(bedrock, &model).await;
    }
    let price = Models::builtin().get(&model).and_then(|model| model.price);
    let phrase = match price {
        Some(price) => Phrase::new(
            "call_not_made",
            "--call asks {model} for one token, for about {cost}; --call MODEL another",
        )
        .with("cost", probe::cost(&price, probe::INPUT, 1)),
        None => Phrase::new(
            "call_not_made_unpriced",
            "--call asks {model} for one token, at a price that is not known here; --call MODEL another",
        ),
    };
    Finding::skipped("call", phrase.with("model", &model.0))
}

impl Chart {
    fn add(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    fn object(&self, sound: bool) -> Value {
        let identity = self.identity.as_ref();
        json!({
            "ok": sound,
            "region": identity.map(|identity| &identity.region),
            "elsewhere": identity.map(|identity| &identity.elsewhere),
            "profile": identity.and_then(|identity| identity.profile.as_ref()),
            "account": self.account,
            "credentials": identity.map(|identity| identity.source.to_string()),
            "endpoint": identity.map(|identity| &identity.endpoint),
            "checks": self.findings.iter().map(Finding::object).collect::<Vec<_>>(),
        })
    }
}
