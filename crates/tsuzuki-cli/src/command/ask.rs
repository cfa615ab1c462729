//! `tsuzuki ask`: one question, the whole answer.

use super::interrupt::Interrupts;
use super::{door, read_standard_input};
use crate::args::Ask;
use crate::backend::{self, Answering};
use crate::config::Effective;
use crate::exit::{self, Exit, Failure, Shown};
use crate::print::{self, Reader};
use crate::report::{self, By};
use serde_json::{Value, json};
use std::io::{self, IsTerminal};
use tsuzuki::engine::{Event, Frame, ModelId, Outcome, Report, Why};
use tsuzuki::wire::report_json;
use tsuzuki::{Client, Question, Reply, Step};

/// The header field by which a transport marks answers of its own.
const FAULT: &str = "x-tsuzuki-fault";

/// Asks, prints the answer as it comes, and says on standard error how it went.
pub(crate) async fn run(ask: &Ask, effective: &Effective) -> Result<Exit, Failure> {
    let config = &effective.config;
    let question = question(ask, &config.ask.model)?;
    let answering = backend::choose(effective, None).await?;
    let by = match &answering {
        Answering::Simulator(_, why) => {
            if why.is_some() {
                print::talk(&answering.told());
            }
            By::Simulator
        }
        Answering::Bedrock(_) => {
            print::talk(&answering.told());
            By::Bedrock
        }
    };
    let policy = door::policy(config).policy_of(&ModelId(config.ask.model.clone()));
    let client = Client::new(answering.backend(config.models.clone())).policy(policy);
    let mut reply = client.ask(&question).map_err(|error| {
        Failure::new(
            Exit::Usage,
            error.to_string(),
            "tsuzuki ask --help shows the options",
        )
    })?;
    let Some(told) = listen(&mut reply, ask).await? else {
        return Ok(Exit::Complete);
    };
    if ask.json {
        let printed: Value = serde_json::from_str(&report_json(&told.report)).unwrap_or_default();
        let whole = json!({ "text": told.text, "outcome": printed["outcome"], "report": printed });
        print::data(&format!("{whole:#}\n"))?;
    } else if !told.text.is_empty() {
        print::line_end_for_the_eye()?;
    }
    if ask.verbose {
        report::parts(&told.report).for_each(|line| print::talk(&line));
    }
    let shown = if told.text.is_empty() {
        Shown::Nothing
    } else {
        Shown::Text
    };
    let mut ended = exit::of(&told.outcome, shown, told.said.as_deref());
    if let (Err(failure), true) = (&mut ended, told.by_transport) {
        // Its own words say what to do.
        "do what it says; tsuzuki doctor looks at every step".clone_into(&mut failure.hint);
    }
    if shown == Shown::Text || ended.is_ok() {
        print::talk(&report::summary(&told.outcome, &told.report, by));
    }
    ended
}

/// What came of a question.
struct Told {
    text: String,
    outcome: Outcome,
    report: Box<Report>,
    /// The backend's own words about an error.
    said: Option<String>,
    /// Whether the last call did not reach the backend, so that the words are the transport's.
    by_transport: bool,
}

/// Follows an answer to its end. `None`: nobody reads standard output any more.
async fn listen(reply: &mut Reply, ask: &Ask) -> Result<Option<Told>, Failure> {
    let streams = !ask.json && !ask.no_stream;
    let mut interrupts = Interrupts::listen()?;
    let mut cancelled = false;
    let mut text = String::new();
    let mut said = None;
    let mut by_transport = false;
    loop {
        let step = tokio::select! {
            step = reply.next_step() => step,
            () = interrupts.next() => {
                if cancelled {
                    return Err(Failure::new(Exit::Cancelled, "cancelled twice", "the answer's end was not awaited"));
                }
                cancelled = true;
                reply.cancel();
                continue;
            }
        };
        match step {
            Some(Step::Frame(frame)) => {
                said = message(&frame).or(said);
                if let Event::Head(head) = &frame.event {
                    by_transport = head.headers.iter().any(|(name, _)| name == FAULT);
                }
                let Some(piece) = frame.text() else { continue };
                text.push_str(piece);
                if streams && print::data(piece)? == Reader::Gone {
                    return Ok(None);
                }
            }
            Some(Step::Waiting { at_most, why }) => {
                if ask.verbose {
                    let why = match why {
                        Why::Throttled => "throttled",
                        Why::Fault => "after a fault",
                        Why::Deadline => "for the model",
                    };
                    print::talk(&format!(
                        "waiting {why}, {} ms at most",
                        at_most.as_millis()
                    ));
                }
            }
            // The report is told at the end, with the outcome.
            Some(Step::Progress(_)) => {}
            Some(Step::Over { outcome, report }) => {
                if !streams && !ask.json && print::data(&text)? == Reader::Gone {
                    return Ok(None);
                }
                return Ok(Some(Told {
                    text,
                    outcome,
                    report,
                    said,
                    by_transport,
                }));
            }
            None => {
                return Err(Failure::new(
                    Exit::Refused,
                    "the answer stopped without an outcome",
                    "this is a defect of Tsuzuki: please report it",
                ));
            }
        }
    }
}

/// The question as typed, with standard input as the prompt or attached below it.
fn question(ask: &Ask, model: &str) -> Result<Question, Failure> {
    let piped = if io::stdin().is_terminal() {
        String::new()
    } else {
        read_standard_input()?
    };
    let prompt = match (ask.prompt.as_deref(), piped.trim_end_matches(['\r', '\n'])) {
        (Some(prompt), "") => prompt.to_owned(),
        (Some(prompt), attached) => format!("{prompt}\n\n{attached}"),
        (None, piped) => piped.to_owned(),
    };
    if prompt.trim().is_empty() {
        return Err(Failure::new(
            Exit::Usage,
            "there is no question",
            "type one, as in tsuzuki ask \"/long 12\", or pipe one in",
        ));
    }
    let mut question = Question::new(model, prompt).streamed(!ask.no_stream);
    if let Some(system) = &ask.system {
        question = question.system(system);
    }
    if let Some(max_tokens) = ask.max_tokens {
        question = question.max_tokens(max_tokens);
    }
    if let Some(temperature) = ask.temperature {
        question = question.temperature(temperature);
    }
    if let Some(top_p) = ask.top_p {
        question = question.top_p(top_p);
    }
    for sequence in &ask.stop {
        question = question.stop_at(sequence);
    }
    for (name, value) in &ask.field {
        question = question.field(name, value.clone());
    }
    Ok(question)
}

/// The backend's own words, if the frame is an error as it came.
fn message(frame: &Frame) -> Option<String> {
    let Event::End(_) = &frame.event else {
        return None;
    };
    let error: Value = serde_json::from_slice(frame.source.as_ref()?).ok()?;
    Some(error.get("message")?.as_str()?.to_owned())
}
