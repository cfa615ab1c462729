//! `tsuzuki doctor`: whether Amazon Bedrock can be used, step by step, and if not, why.

mod bedside;
mod finding;
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
use serde_json::{Value, json};
use tsuzuki::bedrock::{Bedrock, Identity};
use tsuzuki::engine::ModelId;
use tsuzuki::models::Models;
use tsuzuki_server::store::Sqlite;

/// What a step waits for.
const NEEDS_CREDENTIALS: &str = "needs credentials";

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
            chart.add(Finding::failed("setup", failure.fact, failure.hint));
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

/// Whether what the chat keeps is whole; nothing where nothing is kept.
async fn store(effective: &Effective) -> Option<Finding> {
    let folder = Folder::of(&effective.config).ok()?;
    let file = folder.store();
    if !file.is_file() {
        return None;
    }
    let hint = "put a backup in its place while no server runs; tsuzuki backup makes them";
    Some(match Sqlite::integrity(&file).await {
        Ok(found) if found.problems.is_empty() => Finding::passed(
            "store",
            format!(
                "{} is whole: {} conversations, {} messages, {} bytes",
                file.display(),
                found.conversations,
                found.messages,
                found.bytes
            ),
        ),
        Ok(found) => {
            let told = found.problems.join("; ");
            Finding::failed(
                "store",
                format!("{} is damaged: {told}", file.display()),
                hint,
            )
        }
        Err(error) => Finding::failed("store", error.told, hint),
    })
}

/// Every step that needs Bedrock. `asked` is the model to ask for one token, if any.
async fn examine(bedrock: &Bedrock, asked: Option<&str>, usual: &str, chart: &mut Chart) {
    let identity = bedrock.identity();
    let place = format!("{identity}; questions go to {}", identity.endpoint);
    chart.add(Finding::passed("setup", place));
    match bedrock.check_credentials().await {
        Ok(()) => chart.add(Finding::passed(
            "credentials",
            format!("there are some, from {}", identity.source),
        )),
        Err(why) => {
            chart.add(Finding::failed(
                "credentials",
                why,
                "do what it says, then run tsuzuki doctor again",
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
    let cost = price.map_or_else(
        || "at a price that is not known here".to_owned(),
        |price| format!("for about {}", probe::cost(&price, probe::INPUT, 1)),
    );
    Finding::skipped(
        "call",
        &format!(
            "--call asks {} for one token, {cost}; --call MODEL another",
            model.0
        ),
    )
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
