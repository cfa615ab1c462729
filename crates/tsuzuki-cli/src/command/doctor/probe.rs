//! Requests that find out what works, and what their answers mean.

use super::DO_AS_SAID;
use super::finding::Finding;
use super::phrase::Phrase;
use futures_util::StreamExt as _;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use std::time::Duration;
use tsuzuki::RawRequest;
use tsuzuki::backend::Transport as _;
use tsuzuki::bedrock::Bedrock;
use tsuzuki::engine::{ModelId, Region};
use tsuzuki::models::{Models, PriceRow};

/// How long one answer may take; a model may think before its one token.
const PATIENCE: Duration = Duration::from_secs(60);
/// The most bytes of an answer; the list of all models has a few hundred thousand.
const MOST: usize = 8 * 1024 * 1024;
/// The most pages of a list; a page holds 1,000.
const PAGES: usize = 20;
/// About how many tokens the test question has, with what a model's template adds.
pub(super) const INPUT: u64 = 10;

/// An answer, read.
struct Answer {
    status: u16,
    /// AWS's name of the error, if it is one.
    error: String,
    /// What the transport found wrong, if nobody answered.
    fault: Option<String>,
    body: Value,
}

/// Whether the endpoint for questions answers at all: anything it says counts. The question is a
/// list of asynchronous calls, which costs nothing and changes nothing.
pub(super) async fn endpoint(bedrock: &Bedrock) -> Finding {
    let host = &bedrock.identity().endpoint;
    let answer = get(bedrock, "/async-invoke?maxResults=1").await;
    if answer.fault.is_some() || answer.is_of_tsuzuki() {
        return answer.failed("endpoint", "ListAsyncInvokes");
    }
    Finding::passed(
        "endpoint",
        Phrase::new("endpoint", "{host} answers").with("host", host),
    )
}

/// Whether the endpoint of another region answers, which fallbacks name.
pub(super) async fn elsewhere(bedrock: &Bedrock, region: &str) -> Finding {
    let region = Region(region.to_owned());
    let answer = read(bedrock.send_to(&region, &question("/async-invoke?maxResults=1"))).await;
    if answer.fault.is_some() {
        return answer.failed("endpoint", "ListAsyncInvokes");
    }
    Finding::passed(
        "endpoint",
        Phrase::new("endpoint_elsewhere", "{region} answers, where fallbacks go")
            .with("region", region),
    )
}

/// How many models the region has.
pub(super) async fn models(bedrock: &Bedrock) -> Finding {
    let answer = get(bedrock, "/foundation-models").await;
    let Some(models) = answer.list("modelSummaries") else {
        return answer.failed("models", "ListFoundationModels");
    };
    let on_demand = models.iter().filter(|model| {
        let kinds = model["inferenceTypesSupported"].as_array();
        kinds.is_some_and(|kinds| kinds.iter().any(|kind| kind == "ON_DEMAND"))
    });
    Finding::passed(
        "models",
        Phrase::new(
            "models",
            "the region has {models}, {bare} of them by their bare id; which of them the account may use, only a call shows",
        )
        .with("models", models.len())
        .with("bare", on_demand.count()),
    )
}

/// How many inference profiles there are; and the account, which their ARNs tell.
pub(super) async fn profiles(bedrock: &Bedrock) -> (Finding, Option<String>) {
    let mut count = 0;
    let mut account = None;
    let mut next = String::new();
    for _ in 0..PAGES {
        let path = format!("/inference-profiles?maxResults=1000{next}");
        let answer = get(bedrock, &path).await;
        let Some(profiles) = answer.list("inferenceProfileSummaries") else {
            return (answer.failed("profiles", "ListInferenceProfiles"), account);
        };
        count += profiles.len();
        account = account.or_else(|| {
            let arn = profiles.first()?["inferenceProfileArn"].as_str()?;
            let account = arn.split(':').nth(4)?;
            (!account.is_empty()).then(|| account.to_owned())
        });
        match answer.body["nextToken"].as_str() {
            Some(token) => {
                let token = utf8_percent_encode(token, NON_ALPHANUMERIC);
                next = format!("&nextToken={token}");
            }
            None => break,
        }
    }
    let phrase = match &account {
        Some(account) => Phrase::new(
            "profiles_of_account",
            "{count} inference profiles, as account {account}",
        )
        .with("account", account),
        None => Phrase::new("profiles", "{count} inference profiles"),
    };
    (
        Finding::passed("profiles", phrase.with("count", count)),
        account,
    )
}

/// Asks a model for one token.
pub(super) async fn call(bedrock: &Bedrock, model: &ModelId) -> Finding {
    let segment = utf8_percent_encode(&model.0, NON_ALPHANUMERIC);
    let body = json!({
        "messages": [{"role": "user", "content": [{"text": "Hi"}]}],
        "inferenceConfig": {"maxTokens": 1},
    });
    let request = RawRequest {
        method: "POST".to_owned(),
        path: format!("/model/{segment}/converse"),
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.to_string().into(),
    };
    let answer = read(bedrock.call(model, None, request)).await;
    if answer.status != 200 {
        return answer.failed("call", "Converse");
    }
    let used = |which: &str| answer.body["usage"][which].as_u64().unwrap_or_default();
    let (input, output) = (used("inputTokens"), used("outputTokens"));
    let price = Models::builtin().get(model).and_then(|model| model.price);
    let phrase = match price {
        Some(price) => Phrase::new(
            "call",
            "{model} answered: {input} tokens in, {output} out, {cost}",
        )
        .with("cost", cost(&price, input, output)),
        None => Phrase::new(
            "call_unpriced",
            "{model} answered: {input} tokens in, {output} out, at a price that is not known here",
        ),
    };
    let phrase = phrase.with("model", &model.0);
    Finding::passed("call", phrase.with("input", input).with("output", output))
}

/// What tokens cost, in dollars.
pub(super) fn cost(price: &PriceRow, input: u64, output: u64) -> String {
    let dollars = (input as f64 * price.input + output as f64 * price.output) / 1e6;
    format!("${dollars:.6}")
}

async fn get(bedrock: &Bedrock, path: &str) -> Answer {
    read(bedrock.send(question(path))).await
}

fn question(path: &str) -> RawRequest {
    RawRequest {
        method: "GET".to_owned(),
        path: path.to_owned(),
        headers: Vec::new(),
        body: Default::default(),
    }
}

/// Reads an answer to its end.
async fn read(response: impl Future<Output = tsuzuki::RawResponse>) -> Answer {
    let reading = async {
        let mut response = response.await;
        let header = |name: &str| {
            let mut headers = response.headers.iter();
            let found = headers.find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.clone())
        };
        let error = header("x-amzn-errortype").unwrap_or_default();
        let fault = header("x-tsuzuki-fault");
        let mut body = Vec::new();
        while let Some(Ok(piece)) = response.body.next().await {
            body.extend_from_slice(&piece);
            if body.len() > MOST {
                break;
            }
        }
        Answer {
            status: response.status,
            error: error.split(':').next().unwrap_or_default().to_owned(),
            fault,
            body: serde_json::from_slice(&body).unwrap_or_default(),
        }
    };
    tokio::time::timeout(PATIENCE, reading)
        .await
        .unwrap_or_else(|_elapsed| Answer {
            status: 408,
            error: String::new(),
            fault: Some("silence".to_owned()),
            body: json!({"message": format!("no answer in {} seconds", PATIENCE.as_secs())}),
        })
}

impl Answer {
    /// The list of this name, if that is the answer.
    fn list(&self, name: &str) -> Option<&Vec<Value>> {
        (self.status == 200).then(|| self.body[name].as_array())?
    }

    /// What the answer says beside its status. AWS spells the field both ways.
    fn message(&self) -> Option<&str> {
        ["message", "Message"]
            .iter()
            .find_map(|name| self.body[*name].as_str())
            .filter(|message| !message.is_empty())
    }

    /// Whether another Tsuzuki answered, which wants no requests from one.
    fn is_of_tsuzuki(&self) -> bool {
        let said = self.message().unwrap_or_default();
        self.status == 400 && said.starts_with("this request came from Tsuzuki itself")
    }

    /// A step that failed by this answer.
    fn failed(&self, name: &'static str, operation: &str) -> Finding {
        let fact = match (&self.fault, self.message()) {
            (Some(_), Some(message)) => Phrase::new("unreachable", "{said}").with("said", message),
            (_, Some(message)) => Phrase::new("refused", "{operation} answered {status}: {said}")
                .with("said", message),
            (_, None) => Phrase::new("refused", "{operation} answered {status}"),
        };
        let status = format!("{} {}", self.status, self.error);
        let fact = fact
            .with("operation", operation)
            .with("status", status.trim_end());
        Finding::failed(name, fact, self.way_out(operation))
    }

    /// What to do about it.
    fn way_out(&self, operation: &str) -> Phrase {
        match self.fault.as_deref() {
            Some("credentials") => return DO_AS_SAID,
            Some(_) => {
                return Phrase::new(
                    "check_network",
                    "check this machine's network, HTTPS_PROXY, and the endpoint (--endpoint, \
                     AWS_ENDPOINT_URL)",
                );
            }
            None if self.is_of_tsuzuki() => {
                return Phrase::new(
                    "unset_endpoint",
                    "a Tsuzuki listens there, not AWS: unset AWS_ENDPOINT_URL_BEDROCK_RUNTIME, \
                     AWS_ENDPOINT_URL_BEDROCK and AWS_ENDPOINT_URL in this shell",
                );
            }
            None => {}
        }
        let (code, hint) = match (self.status, self.error.as_str()) {
            (_, "ExpiredTokenException" | "ExpiredToken") => (
                "session_over",
                "the session is over: run `aws sso login` or `aws login`, or set new keys",
            ),
            (_, "UnrecognizedClientException" | "InvalidClientTokenId") => (
                "keys_unknown",
                "AWS does not know these keys: check them, and that they are of this partition and not deleted",
            ),
            (_, "InvalidSignatureException" | "SignatureDoesNotMatch" | "RequestTimeTooSkewed") => {
                (
                    "secret_or_clock",
                    "the secret key or this machine's clock is wrong: check both",
                )
            }
            (401 | 403, _) => (
                "allow",
                "allow {operation} for this identity (tsuzuki doctor --iam-policy prints the least policy), \
                 and look whether an organisation's policy forbids it or the model needs its access form",
            ),
            (404, _) => (
                "is_it_bedrock",
                "is this Amazon Bedrock, and does the model exist in this region? Check --region, --endpoint, \
                 AWS_ENDPOINT_URL and the model's id",
            ),
            (429, _) => (
                "throttled",
                "AWS throttles this account: wait, or ask for a higher quota",
            ),
            (400, _) => (
                "check_model",
                "check the model's id, and whether the region serves it (tsuzuki models)",
            ),
            (200, _) => (
                "not_bedrock",
                "something else than Bedrock answers there: check --endpoint and AWS_ENDPOINT_URL",
            ),
            (500.., _) => ("aws_trouble", "AWS has trouble there: try again in a while"),
            _ => ("look", "look at the status and the message"),
        };
        Phrase::new(code, hint).with("operation", operation)
    }
}
