//! A backend in a process of its own, so that a test can give it an environment of its own.

use crate::upstream::{CONVERSE, post, send};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Arc;
use tsuzuki::bedrock::{Bedrock, Settings};
use tsuzuki::engine::{Fallback, LegReport, Millis, Mode, Policy, Region, Report};
use tsuzuki::{Client, Question, Wired};

/// What the child prints before its result, so that it is found among a test's own words.
const MARK: &str = "RESULT ";

/// What a child is told.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Task {
    /// The settings: region and profile.
    pub(crate) region: Option<String>,
    pub(crate) profile: Option<String>,
    /// Further regions.
    pub(crate) regions: Vec<String>,
    /// Which paths to POST to, one after the other.
    pub(crate) paths: Vec<String>,
    /// A model to ask a question, which may go on in all of `fallbacks`.
    pub(crate) model: Option<String>,
    pub(crate) fallbacks: Vec<String>,
}

/// Asks a question whose rests are short.
async fn ask(bedrock: Bedrock, model: &str, fallbacks: &[String]) -> Report {
    let elsewhere = |region: &String| Fallback::Elsewhere(Region(region.clone()));
    let policy = Policy {
        fallbacks: fallbacks.iter().map(elsewhere).collect(),
        backoff: Millis(10),
        ..Policy::new(Mode::Extend)
    };
    let client = Client::new(Arc::new(Wired::new(Arc::new(bedrock)))).policy(policy);
    let reply = client.ask(&Question::new(model, "/count 1..5")).unwrap();
    reply.finish().await
}

/// What a child did.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Done {
    /// The first line of a server, or why there is none.
    pub(crate) identity: Result<String, String>,
    pub(crate) endpoint: String,
    /// The answers: status and body.
    pub(crate) answers: Vec<(u16, String)>,
    /// What the question's answer was: whether it is complete, and where each leg went.
    pub(crate) complete: bool,
    pub(crate) legs: Vec<Option<String>>,
}

impl Task {
    /// One request.
    pub(crate) fn one() -> Self {
        Self {
            paths: vec![CONVERSE.to_owned()],
            ..Self::default()
        }
    }

    /// Runs a child whose whole environment is this. What it does not set is empty: no home, no
    /// files of AWS's, no instance to ask.
    pub(crate) async fn run(&self, environment: &[(&str, &str)]) -> Done {
        let mut all = BTreeMap::from([
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_CONFIG_FILE", "/nonexistent/config"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials"),
            ("PATH", "/usr/bin:/bin"),
        ]);
        all.extend(environment.iter().copied());
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "child::run", "--ignored", "--nocapture"])
            .env_clear()
            .envs(all)
            .env("TSUZUKI_TEST_TASK", serde_json::to_string(self).unwrap());
        let output = tokio::task::spawn_blocking(move || command.output().unwrap())
            .await
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let result = text.lines().find_map(|line| Some(line.split_once(MARK)?.1));
        let result = result.unwrap_or_else(|| {
            panic!(
                "the child said nothing: {text}{}",
                String::from_utf8_lossy(&output.stderr)
            )
        });
        serde_json::from_str(result).unwrap()
    }
}

#[tokio::test]
#[ignore = "runs as a child of other tests"]
async fn run() {
    let task: Task = serde_json::from_str(&std::env::var("TSUZUKI_TEST_TASK").unwrap()).unwrap();
    let settings = Settings {
        region: task.region,
        profile: task.profile,
        regions: task.regions,
        ..Settings::default()
    };
    let mut done = Done {
        identity: Err(String::new()),
        endpoint: String::new(),
        answers: Vec::new(),
        complete: false,
        legs: Vec::new(),
    };
    match Bedrock::connect(settings).await {
        Err(error) => done.identity = Err(error.to_string()),
        Ok(bedrock) => {
            done.identity = Ok(bedrock.identity().to_string());
            done.endpoint.clone_from(&bedrock.identity().endpoint);
            for path in task.paths {
                let answer = send(&bedrock, post(&path, "{}")).await;
                let body = String::from_utf8_lossy(&answer.body).into_owned();
                done.answers.push((answer.status, body));
            }
            if let Some(model) = task.model {
                let report = ask(bedrock, &model, &task.fallbacks).await;
                done.complete = report.is_complete();
                let region = |leg: LegReport| Some(leg.region?.0);
                done.legs = report.legs.into_iter().map(region).collect();
            }
        }
    }
    println!("\n{MARK}{}", serde_json::to_string(&done).unwrap());
}
